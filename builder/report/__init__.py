"""A built folder → one HTML page that shows it.

The page holds counts of all rows and a sample of the articles. The sample is a function of
the ids and a stated seed, never of order or chance, and what the page can hold bounds it.
"""

from builder.report.page import read_report, write_report

__all__ = ["read_report", "write_report"]
