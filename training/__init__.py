"""Recipes and measurements of the models that ship; no part of the package."""
