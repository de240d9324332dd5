"""Collect hints of where an article comes from, and resolve its source.

It knows what the record declares (URL, publisher, authors) and what typed cues name in the
text (bylines, credits, notes of reprints, lists of sources, what a publisher calls itself).
It knows no publisher by name. A wrong hint is worse than none, so a name without a label
or a telling place gives none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from builder.text.bylines import find_authors
from builder.text.cue_match import CueHit
from builder.text.names import NameSpan
from builder.text.normalize import normalize
from builder.text.outline import Outline, outline
from schema.article import RawArticle
from schema.hints import SourceHint
from schema.terms import SourceBasis, SourceKind

__all__ = [
    "SourcedText",
    "declared_names",
    "declared_source",
    "hint_all_sources",
    "hint_sources",
    "resolve_source",
]

MAX_HINTS = 200
"""Hints kept of one article; only an attack has more."""

PLATFORMS = (
    *("Bluesky", "Facebook", "Google News", "Instagram", "LinkedIn", "Mastodon", "Odnoklassniki"),
    *("Telegram", "Threads", "TikTok", "Twitter", "VKontakte", "WeChat", "Weibo", "WhatsApp"),
    *("YouTube", "Viber"),
)
"""Platforms as they write themselves; named in a prompt to follow the publisher there."""

MIN_PUBLISHER = 3
"""Shortest name of a publisher; shorter ones are scraps of a rights notice."""

NOTICE_CHARS = 40
"""Characters after a name in which the words of a rights notice may follow it."""

_ABBREVIATED = re.compile(r"\w{1,3}\.")
"""What follows a whole name in small letters: "e.V.", "a.s."."""

_COMPANY = re.compile(
    r"\b(?:inc|ltd|llc|limited|gmbh|ag|kg|corp|corporation|co|company|holdings?|group|plc|s\.?a|"
    r"s\.?r\.?l|communications|pty|ооо|зао|оао|чао)\b",
    re.IGNORECASE,
)
_NO_NAMES = frozenset({"all", "us", "our", "the", "this", "copyright", "reproduction", "we", "you"})
_RIGHTS = re.compile(r"©|\(c\)|copyright|rights reserved|derechos|droits", re.IGNORECASE)
_PLATFORM = re.compile(rf"\b(?:{'|'.join(PLATFORMS)})\b", re.IGNORECASE)


_NO_HOST = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\"'<>\\^`{|}]")
"""What stands in no host name: white space, controls of characters and of direction, quotes."""

MAX_HOST = 253
"""Most characters of a host name."""

_PLAIN_URL = re.compile(r"https?://([a-z0-9.-]+)(?=[/?#]|\Z)")
"""How nearly all addresses begin; taking one apart in general takes ten times as long."""


class SourcedText(NamedTuple):
    """A text whose sources are asked for, and what is known of it.

    `text` is normalized raw text, `raw` the record, for what it declares; `hits` and `outlined`
    are what `find_cues` (nothing if cues are off) and `outline` return for the text.
    """

    text: str
    raw: RawArticle
    hits: Sequence[CueHit]
    outlined: Outline


def hint_sources(
    text: str,
    raw: RawArticle,
    hits: Sequence[CueHit],
    registrable: Callable[[str], str | None],
) -> list[SourceHint]:
    """Collect all source evidence of an article.

    Args:
        text: normalized raw text.
        raw: the record, for what it declares.
        hits: what `find_cues` returned for the text; empty if cues are off.
        registrable: host name → registrable domain, or None for none.

    Returns:
        Hints without repetition: first those declared, then those of the text by place.
        Offsets of the latter point into `text`.
    """
    return hint_all_sources([SourcedText(text, raw, hits, outline(text))], registrable)[0]


def hint_all_sources(
    articles: Sequence[SourcedText], registrable: Callable[[str], str | None]
) -> list[list[SourceHint]]:
    """Return what `hint_sources` returns for each article, in less time.

    All of them take one step before the next begins, so that its code stays in the cache.
    """
    declared = [list(_declared(one.raw, registrable)) for one in articles]
    authors = [find_authors(one.text, one.hits, one.outlined) for one in articles]
    printed = [
        sorted(_printed(one.text, one.hits, spans), key=_place)
        for one, spans in zip(articles, authors, strict=True)
    ]
    return [_unique(first + then) for first, then in zip(declared, printed, strict=True)]


def _unique(hints: Sequence[SourceHint]) -> list[SourceHint]:
    """Return the first hint of each name."""
    unique: dict[tuple[SourceKind, str], SourceHint] = {}
    for hint in hints:
        unique.setdefault((hint.kind, hint.value.casefold()), hint)
    return list(unique.values())[:MAX_HINTS]


def resolve_source(hints: Sequence[SourceHint]) -> str | None:
    """Return the registrable domain of the declared URL, else the declared publisher, else None."""
    return next(declared_names(hints), None)


def declared_names(hints: Sequence[SourceHint]) -> Iterator[str]:
    """Yield the names of the source that the record declares: domains, then publishers."""
    for kind in (SourceKind.DOMAIN, SourceKind.PUBLISHER):
        for hint in hints:
            if hint.kind is kind and hint.basis is not SourceBasis.TEXT:
                yield hint.value


def declared_source(raw: RawArticle, registrable: Callable[[str], str | None]) -> str | None:
    """Return the source that an article resolves to, without reading its text."""
    _, host = _address(_line(raw.url))
    return registrable(host) or _line(raw.publisher) or None


def _declared(raw: RawArticle, registrable: Callable[[str], str | None]) -> Iterator[SourceHint]:
    basis = SourceBasis(raw.basis)
    url, host = _address(_line(raw.url))
    domain = registrable(host)
    if domain or (host and url.startswith(("http://", "https://"))):
        yield SourceHint(kind=SourceKind.URL, value=url, basis=basis)
    if domain:
        yield SourceHint(kind=SourceKind.DOMAIN, value=domain, basis=SourceBasis.URL)
    publisher = _line(raw.publisher)
    if publisher:
        yield SourceHint(kind=SourceKind.PUBLISHER, value=publisher, basis=basis)
    for author in map(_line, raw.authors):
        if author:
            yield SourceHint(kind=SourceKind.AUTHOR, value=author, basis=basis)


def _printed(
    text: str, hits: Sequence[CueHit], authors: Sequence[NameSpan]
) -> Iterator[SourceHint]:
    """Yield the hints of the text; their values may repeat."""
    named = [
        (SourceKind(hit.hint), *hit.value)
        for hit in hits
        if hit.hint
        and hit.hint != SourceKind.AUTHOR
        and hit.value
        and _is_trusted(text, hit, authors)
    ]
    named += [(SourceKind.AUTHOR, *span) for span in authors]
    named += [(SourceKind.PLATFORM, *span) for span in _platforms(text, hits)]
    for kind, start, end in named:
        value = " ".join(text[start:end].split())
        if value:
            yield SourceHint(kind=kind, value=value, basis=SourceBasis.TEXT, start=start, end=end)


def _is_trusted(text: str, hit: CueHit, authors: Sequence[NameSpan]) -> bool:
    """Say whether the name of a hit is the publisher's own.

    A copyright line often names the company behind it, or a word that only has a capital; the
    name that a publisher goes by is printed more than once. A prompt to follow somebody may mean
    an author: "Follow Anna Roth on Twitter".
    """
    if hit.hint != SourceKind.PUBLISHER or hit.value is None:
        return True
    name = text[slice(*hit.value)]
    if _COMPANY.search(name) or name.casefold() in _NO_NAMES or len(name) < MIN_PUBLISHER:
        return False
    if not _RIGHTS.search(text, hit.start, hit.end):
        begun = f"{name.casefold()} "
        persons = (f"{text[slice(*span)].casefold()} " for span in authors)
        return not any(person.startswith(begun) for person in persons)
    return text.count(name) > 1 and not _goes_on(text, hit.value[1])


def _goes_on(text: str, end: int) -> bool:
    """Say whether a name was cut short, as "Herald" of "Herald & Times"."""
    rest = text[end : end + NOTICE_CHARS].lstrip(" \u00a0")
    if rest[:1] == "&":
        return True
    return rest[:1].islower() and not (_ABBREVIATED.match(rest) or _RIGHTS.search(rest))


def _platforms(text: str, hits: Sequence[CueHit]) -> Iterator[tuple[int, int]]:
    """Yield where a prompt to follow the publisher names a platform."""
    for hit in hits:
        if hit.cue == "social":
            for name in _PLATFORM.finditer(text, hit.start, hit.end):
                yield name.span()


def _place(hint: SourceHint) -> tuple[int, int, str]:
    return hint.start or 0, hint.end or 0, hint.kind


def _address(url: str) -> tuple[str, str]:
    """Return an address without the user and password that may stand in it, and its host.

    The host is empty if none could have that name.
    """
    plain = _PLAIN_URL.match(url)
    if plain:
        return url, plain[1] if len(plain[1]) <= MAX_HOST else ""
    url = _without_login(url)
    return url, _host(url)


def _without_login(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=host)) if user else url


def _host(url: str) -> str:
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return "" if len(host) > MAX_HOST or _NO_HOST.search(host) else host


def _line(value: str | None) -> str:
    """Return a declared value on one line; blank values are none."""
    value = value or ""
    is_plain = value.isascii() and value.isprintable()
    return " ".join((value if is_plain else normalize(value)).split())
