"""Corpus stages: small columns of all articles in, assignments out."""
