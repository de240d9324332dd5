"""Find the domain that a publisher has registered: `bbc.co.uk` for `www.bbc.co.uk`.

Works by the Public Suffix List, its part of registries alone: a blog on a platform belongs to
the platform. Knows the form of that list, and refuses to know where it comes from.

Source: https://publicsuffix.org/list/
"""

import re
from typing import NamedTuple

__all__ = ["Suffixes", "read_suffixes", "spellings"]

_PRIVATE = "// ===BEGIN PRIVATE DOMAINS==="
_SCHEME = re.compile(r"(?:[A-Za-z0-9+.-]+:)?//")
_AUTHORITY_END = re.compile("[/?#]")
_DOTS = str.maketrans(dict.fromkeys("。．｡", "."))
_PUNYCODE = "xn--"


class Suffixes(NamedTuple):
    """The rules of the list, and all ends of rules that begin at a label.

    `*` stands for any label; a rule that begins with `!` is an exception from one with it.
    """

    rules: frozenset[str]
    ends: frozenset[str]

    def registrable(self, host: str) -> str | None:
        """Return the label before the public suffix of a host name, and the suffix.

        Args:
            host: a host name; what may stand around one in an address is left out.

        Returns:
            The domain as it is written in the host; None for an address in numbers, a name
            without a known suffix, and a suffix alone.
        """
        labels = _labels(host)
        size = self._suffix_size(labels)
        if not size or size >= len(labels) or not labels[-size - 1]:
            return None
        return ".".join(labels[-size - 1 :])

    def _suffix_size(self, labels: list[str]) -> int:
        """Count the labels of the longest public suffix."""
        found, end = 0, ""
        for size, label in enumerate(map(_plain, reversed(labels)), start=1):
            longer = f"{label}{end}"
            if longer in self.ends:
                if longer in self.rules:
                    found = size
                end = f".{longer}"
            elif f"*{end}" in self.ends:
                return size - 1 if f"!{longer}" in self.ends else size
            else:
                break
        return found


def read_suffixes(content: str) -> Suffixes:
    """Read the list, up to the suffixes of private platforms."""
    lines = content.partition(_PRIVATE)[0].splitlines()
    rules = {line.partition(" ")[0] for line in lines if not line.startswith("//")} - {""}
    ends, shorter = set(rules), rules
    while shorter:
        shorter = {rule.partition(".")[2] for rule in shorter} - {""}
        ends |= shorter
    return Suffixes(frozenset(rules), frozenset(ends))


def spellings(domain: str) -> tuple[str, ...]:
    """Return a domain in the letters of its language and in ASCII; itself if it has one form."""
    if domain.isascii() and _PUNYCODE not in domain:
        return (domain,)
    import idna  # noqa: PLC0415  as below

    try:
        return idna.decode(domain), idna.encode(domain).decode()
    except UnicodeError:
        return (domain,)


def _labels(host: str) -> list[str]:
    scheme = _SCHEME.match(host)
    authority = _AUTHORITY_END.split(host[scheme.end() if scheme else 0 :], maxsplit=1)[0]
    name = authority.rpartition("@")[2].partition(":")[0]
    return name.strip().translate(_DOTS).rstrip(".").split(".")


def _plain(label: str) -> str:
    """Return a label in small letters, as the list writes it."""
    label = label.lower()
    if label.startswith(_PUNYCODE):
        import idna  # noqa: PLC0415  most hosts do without its tables

        try:
            return idna.decode(label)
        except (UnicodeError, IndexError):
            return label
    return label
