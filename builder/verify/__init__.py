"""A folder → everything that is wrong with it.

Works on what lies on disk, not on what a build remembers: a folder that Pressmark did
not make is judged by the same rules. Collects all findings and stops at none.
"""

from builder.verify.folder import verify

__all__ = ["verify"]
