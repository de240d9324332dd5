"""Load the cue phrases of all languages from `rules/<tag>.toml` and check every one of them.

One file per language, one `[[cue]]` table per class and place; what the fields mean is said
in `Cue` and in `rules/README.md`.  It knows the shape of these files and nothing about texts.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from builder.errors import ConfigError
from builder.text.cue_index import (
    ANYWHERE,
    CAPITAL,
    OPENING,
    CueIndex,
    CueRow,
    Indexed,
    index_cues,
)
from builder.text.cue_programs import Programs
from builder.text.phrases import DATE_PATTERN, Parsed, Phrase, PhraseError, parse_phrase

__all__ = [
    "BYLINE",
    "CLASSES",
    "CUE_NAMES",
    "DATE_LINE",
    "HINT_NAMES",
    "KEPT_CLASSES",
    "NAMED",
    "NAMELESS",
    "PLACES",
    "SURE_BYLINE",
    "Cue",
    "CueRules",
    "ReadRules",
    "gate",
    "load_cues",
    "make_cues",
    "read_cues",
]

CLASSES: Mapping[str, str] = {
    "ad": "labels and notices of advertisements",
    "agency": "names of news agencies in credits and datelines (kept; evidence only)",
    "app": "prompts to install an application or to change the browser",
    "byline": "who wrote, edited or translated the article",
    "comment": "prompts to comment, headings and notices of a comment section",
    "cookie": "consent to cookies and data processing",
    "copyright": "rights notices",
    "correction": "prompts to report an error",
    "date_header": "labelled dates and lone date lines at the head",
    "form": "text of forms: fields, confirmations, traps for robots",
    "liveblog": "notices of a live blog",
    "login": "prompts to log in or register",
    "navigation": "skip links, menus, pagers",
    "newsletter": "prompts to subscribe to a newsletter or alerts",
    "paywall": "subscription offers and notices that the rest is for subscribers",
    "photo": "credits of pictures",
    "player": "audio and video players",
    "publisher": "phrases in which a publisher names itself (kept; evidence only)",
    "reading_time": "reading or listening times",
    "related": "links to other articles, most-read lists",
    "reprint": "notes that the article first appeared elsewhere (kept; evidence only)",
    "share": "share bars",
    "social": "prompts to follow on social media",
    "sources": "lists of sources",
    "support": "prompts to donate or to support the publisher",
    "tags": "lists of keywords",
    "translation": "notes that the article is a translation (kept; evidence only)",
    "truncated": "notes that the text goes on elsewhere",
}
"""Every class of cue and what it covers; its rule id is `cue.<class>`."""

KEPT_CLASSES = frozenset({"agency", "publisher", "reprint", "translation"})
"""Classes whose phrases stand in running text: they are evidence and remove nothing."""

PLACES: Mapping[str, str] = {
    "whole": "the phrase, alone or with other such phrases, is all that the line or sentence says",
    "line": "the line begins with the phrase; the line goes",
    "starts": "the sentence begins with the phrase; the sentence goes",
    "contains": "the phrase stands anywhere in a short sentence; the sentence goes",
    "prompt": "as `whole`, and also where the phrase is glued to other sentences; only it goes",
    "credit": "the phrase stands in brackets, between slashes, or alone on a line; nothing goes",
    "label": "the phrase opens a line and says what the name behind it is; nothing goes",
    "heading": "the phrase is a line of its own above a list; line and list go",
}
"""Where a phrase has to stand, and how much goes with it."""

NAMELESS_PLACES = frozenset({"credit", "label"})
"""Places whose hint is the phrase itself, or stands behind it."""

HINTS = frozenset({"author", "editor", "publisher", "agency", "original_source", "cited_source"})

CUE_NAMES = tuple(sorted({*CLASSES, "time_list"}))
"""The classes by number; columns of clock times are known by their shape, and have no phrase."""

HINT_NAMES = (None, *sorted(HINTS))
"""The hints by number."""

NAMELESS, NAMED, BYLINE, SURE_BYLINE = range(4)
"""Whose name a phrase asks for: nobody's; of whom it says; of writers; of writers by more than one
word."""

DATE_LINE = rf"[^\w\n]{{0,5}}{DATE_PATTERN}[^\w\n]{{0,5}}"
"""A line that holds a date and nothing else."""

_PIECE = 0
_WHERE: Mapping[str, int] = {
    "starts": 1,
    "contains": 2,
    "credit": 3,
    "label": 4,
    "line": 5,
    "whole": 6,
    "prompt": 6,
    "heading": 7,
}
"""What C does with a match, by where its phrase has to stand, unless it is a mere piece."""

_DEFAULT_MAX_CHARS: Mapping[str, int] = {"line": 200, "starts": 200, "contains": 200}
_MAX_CHARS = 600
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")
_FILE_KEYS = frozenset({"language", "roles", "cue"})
_CUE_KEYS = frozenset({"class", "where", "phrases", "only", "weak", "max_chars", "hint"})


class Cue(NamedTuple):
    """One phrase with what it takes to act on it.

    `only`: fires in articles of its own language alone.  `weak`: a word that could be a
    subhead; goes only beside other cues.  `max_chars`: longest line or sentence that goes
    with the phrase.  `hint`: kind of the source hint that `{name}` gives.
    """

    language: str
    cue: str
    where: str
    source: str
    phrase: Phrase
    only: bool = False
    weak: bool = False
    max_chars: int = 200
    hint: str | None = None

    @property
    def removes(self) -> bool:
        """Say whether the phrase removes text, or is evidence only."""
        return self.cue not in KEPT_CLASSES

    @property
    def is_piece(self) -> bool:
        """Say whether a match is only a piece of what may go: that depends on its neighbours."""
        return self.where in ("whole", "prompt") and not self.phrase.open_ended


@dataclass(frozen=True, slots=True)
class CueRules:
    """The cues of all languages, as they are looked for."""

    languages: tuple[str, ...]
    roles: frozenset[str] = field(repr=False)
    index: CueIndex = field(repr=False)


class ReadRules(NamedTuple):
    """What the files of rules say: languages, roles, and cues, each with its phrase as parsed."""

    languages: tuple[str, ...]
    roles: frozenset[str]
    cues: list[tuple[Cue, Parsed]]


def load_cues(folder: Path) -> CueRules:
    """Read and check all `*.toml` files of a folder, in the order of their names.

    Raises:
        ConfigError: a file cannot be read, or breaks a rule; the message names the file,
            the cue and the phrase.
    """
    files = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            files[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path.name}: cannot be read: {error}", path=path.name) from error
    return make_cues(files)


def make_cues(files: Mapping[str, str]) -> CueRules:
    """Build the rules from the texts of the files, by file name.

    Raises:
        ConfigError: as `load_cues`.
    """
    read = read_cues(files)
    kinds = sorted({_kind(cue) for cue, _ in read.cues if cue.is_piece})
    programs = Programs()
    programs.add(DATE_LINE)
    indexed = list(_indexed(read, kinds, programs))
    return CueRules(read.languages, read.roles, index_cues(indexed, kinds, programs))


def read_cues(files: Mapping[str, str]) -> ReadRules:
    """Read and check the texts of the files, by file name.

    Raises:
        ConfigError: as `load_cues`.
    """
    cues: list[tuple[Cue, Parsed]] = []
    languages: list[str] = []
    roles: set[str] = set()
    for name, content in files.items():
        try:
            data = tomllib.loads(content)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{name}: not TOML: {error}", path=name) from error
        _refuse_unknown(name, data, _FILE_KEYS)
        language = data.get("language")
        if not isinstance(language, str) or not _TAG.fullmatch(language):
            raise ConfigError(f"{name}: `language` must be a language tag such as 'fr'", path=name)
        languages.append(language)
        roles.update(_read_roles(name, data))
        for number, table in enumerate(data.get("cue", ()), start=1):
            cues += _read_cue(f"{name}: cue {number}", language, table)
    return ReadRules(tuple(languages), frozenset(roles), cues)


def _read_roles(name: str, data: Mapping[str, object]) -> Iterable[str]:
    roles = data.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise ConfigError(f"{name}: `roles` must be a list of words", path=name)
    return (role.casefold() for role in roles)


def _read_cue(
    place: str, language: str, table: Mapping[str, object]
) -> Iterator[tuple[Cue, Parsed]]:
    _refuse_unknown(place, table, _CUE_KEYS)
    cue = _choice(place, table, "class", CLASSES)
    place = f"{place} ({cue})"
    where = _choice(place, table, "where", PLACES)
    hint = _choice(place, table, "hint", HINTS) if "hint" in table else None
    max_chars = table.get("max_chars", _DEFAULT_MAX_CHARS.get(where, 200))
    if not isinstance(max_chars, int) or not 0 < max_chars <= _MAX_CHARS:
        raise ConfigError(f"{place}: `max_chars` must be a number from 1 to {_MAX_CHARS}")
    for key in ("only", "weak"):
        if not isinstance(table.get(key, False), bool):
            raise ConfigError(f"{place}: `{key}` must be true or false")
    phrases = table.get("phrases")
    if not isinstance(phrases, list) or not phrases:
        raise ConfigError(f"{place}: `phrases` must be a list with at least one phrase")
    for source in phrases:
        if not isinstance(source, str):
            raise ConfigError(f"{place}: every phrase must be a string, not {source!r}")
        try:
            parsed = parse_phrase(source)
        except PhraseError as error:
            raise ConfigError(f"{place}: phrase {source!r}: {error}") from error
        if hint and where not in NAMELESS_PLACES and "{name}" not in source:
            raise ConfigError(f"{place}: phrase {source!r}: a hint needs a {{name}}")
        found = Cue(
            language=language,
            cue=cue,
            where=where,
            source=source,
            phrase=parsed.phrase,
            only=bool(table.get("only", False)),
            weak=bool(table.get("weak", False)),
            max_chars=max_chars,
            hint=hint,
        )
        yield found, parsed


def _refuse_unknown(place: str, table: Mapping[str, object], known: frozenset[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise ConfigError(
            f"{place}: unknown key {unknown[0]!r} (known: {', '.join(sorted(known))})"
        )


def _choice(place: str, table: Mapping[str, object], key: str, known: Iterable[str]) -> str:
    value = table.get(key)
    if not isinstance(value, str) or value not in known:
        options = ", ".join(sorted(known))
        raise ConfigError(f"{place}: unknown `{key}` {value!r} (known: {options})")
    return value


def _kind(cue: Cue) -> tuple[int, int, int]:
    """Return what a piece is, in numbers; of pieces that are equal in place, the least counts."""
    return cue.weak, CUE_NAMES.index(cue.cue), cue.where == "whole"


def _indexed(
    read: ReadRules, kinds: Sequence[tuple[int, int, int]], programs: Programs
) -> Iterator[Indexed]:
    """Say of each cue where to look for it; cues that do the same are looked for once."""
    seen: set[tuple[object, ...]] = set()
    pieces = {
        (cue.phrase.pattern, _kind(cue)) for cue, _ in read.cues if cue.is_piece and not cue.only
    }
    for cue, parsed in read.cues:
        phrase = parsed.phrase
        if cue.only and cue.is_piece and (phrase.pattern, _kind(cue)) in pieces:
            continue  # another language has it for all
        row = CueRow(
            gate=gate(cue),
            back=phrase.back,
            spaced=not phrase.unspaced,
            numeric=phrase.numeric,
            dated=phrase.dated,
            open_ended=phrase.open_ended,
            program=programs.add(phrase.pattern),
            place=_PIECE if cue.is_piece else _WHERE[cue.where],
            cue=CUE_NAMES.index(cue.cue),
            removes=cue.removes,
            hint=HINT_NAMES.index(cue.hint),
            max_chars=cue.max_chars,
            kind=kinds.index(_kind(cue)) if cue.is_piece else -1,
            named=_named(cue),
            language=read.languages.index(cue.language) if cue.only else -1,
        )
        same = (cue.where, *row)
        if same not in seen:
            seen.add(same)
            yield Indexed(row, parsed, alone=cue.where in ("starts", "contains"))


def _named(cue: Cue) -> int:
    """Say whose name a phrase asks for; one word is no byline, if nothing but "by" is before it."""
    if not cue.phrase.named or cue.is_piece or cue.where in NAMELESS_PLACES:
        return NAMELESS
    if cue.cue != "byline":
        return NAMED
    return BYLINE if cue.phrase.unspaced or ":" in cue.source else SURE_BYLINE


def gate(cue: Cue) -> int:
    """Say where the phrase of a cue may begin."""
    if cue.where in ("starts", "contains", "credit"):
        return ANYWHERE
    return CAPITAL if cue.is_piece else OPENING
