"""Documents: values in, text out."""
