"""Input, pure: how records are mapped to what the model knows. No I/O."""
