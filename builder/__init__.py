"""Turn raw news articles into a dataset that others can trust."""

__version__ = "0.1.0"
