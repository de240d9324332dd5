"""Record stages: pure functions from one article's text to values."""
