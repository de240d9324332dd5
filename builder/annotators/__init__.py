"""Load entity taggers that do not ship: models of other packages and people's own code."""

from builder.annotators.plugins import ENTRY_POINTS, KINDS, load_plugin

__all__ = ["ENTRY_POINTS", "KINDS", "load_plugin"]
