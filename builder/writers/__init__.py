"""What is written to disk: whole files or none."""
