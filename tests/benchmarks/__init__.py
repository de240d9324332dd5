"""Benchmarks: measured by hand with `make bench`, never part of a test."""
