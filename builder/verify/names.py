"""Names of files that the Hub, git or another system cannot hold."""

import unicodedata

__all__ = ["path_trouble"]

#: Longest name of one file or folder, in bytes: the limit of common file systems.
MAX_NAME_BYTES = 255


def path_trouble(path: str) -> str | None:
    """Say why a path cannot or must not be published; None if it can."""
    parts = path.split("/")
    if not path or {"", ".", ".."} & set(parts):
        return "it is no plain relative path"
    if "\\" in path or any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in path):
        return "it holds a backslash or a control character"
    if any(part.startswith(".") for part in parts):
        return "hidden files are not published"
    if any(part.endswith((" ", ".")) or part.startswith(" ") for part in parts):
        return "a name begins or ends with a space, or ends with a dot"
    if any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        return f"a name is longer than {MAX_NAME_BYTES} bytes"
    return None
