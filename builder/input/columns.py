"""Choose, for each of our names, the field of a record that speaks for it.

Knows names only, never what the values mean; a field that nobody reads is counted, so that
nothing is dropped in silence.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from builder.input.params import COLUMN_NAMES, InputParams
from builder.input.rejects import excerpt

__all__ = ["ColumnMap", "Layout", "field_key", "has_value"]

NO_VALUES = frozenset(
    {"", "#n/a", "<na>", "n/a", "nan", "nat", "none", "null", "undefined", "unknown"}
)
"""What programs write where a value is missing; no name, title or date is spelled so."""

MAX_UNKNOWN_NAMES = 1000
"""Distinct unknown names that are counted one by one; hostile records must not fill the memory."""

MAX_NAME_CHARS = 100

OTHER_NAMES = "…"
"""The name under which the rest of the unknown names are counted."""

MAX_LAYOUTS = 256
"""Layouts (sets of field names) that are kept resolved; real inputs have a handful."""


class Layout(NamedTuple):
    """One set of field names, resolved: who may speak for each of our names, and who is unknown."""

    candidates: Mapping[str, tuple[tuple[str, ...], ...]]
    unknown: tuple[str, ...]


class ColumnMap:
    """Resolves field names once per set of names. Holds no records."""

    def __init__(self, params: InputParams) -> None:
        self._map = params.map
        self._layouts: dict[tuple[str, ...], Layout] = {}

    def layout(self, names: tuple[str, ...]) -> Layout:
        """Resolve the field names of a record or the columns of a table."""
        found = self._layouts.get(names)
        if found is None:
            found = self._resolve(names)
            if len(self._layouts) < MAX_LAYOUTS and len(names) <= MAX_UNKNOWN_NAMES:
                self._layouts[names] = found
        return found

    def paths(self, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Return the paths of all fields that are read, without repeats, in the order of names."""
        found = [path for paths in self.layout(names).candidates.values() for path in paths]
        return tuple(dict.fromkeys(found))

    def pick(
        self, record: Mapping[str, object], unknown: Counter[str]
    ) -> tuple[dict[str, object], str | None]:
        """Choose a value for each of our names, and count the fields that nobody reads.

        The first candidate with a value wins; further ones with a value are counted as unknown.
        A mapped one that wins gets an entry there, too, of no records.

        Returns:
            The values by our names, and what makes the choice of the text ambiguous, if anything.
        """
        layout = self.layout(tuple(record))
        chosen: dict[str, object] = {}
        problem: str | None = None
        for name, paths in layout.candidates.items():
            winner: tuple[str, ...] | None = None
            for path in paths:
                value = _reach(record, path)
                if not has_value(name, value):
                    continue
                if winner is None:
                    winner, chosen[name] = path, value
                    if name in self._map:  # seen, but not unknown
                        unknown.setdefault(field_key(".".join(path)), 0)
                    continue
                _count(unknown, (".".join(path),))
                unsure = name == "text" and winner != ("text",) and name not in self._map
                if unsure and value != chosen[name]:
                    problem = f"both {winner[0]!r} and {path[0]!r} could be the text"
        if layout.unknown:
            _count(unknown, layout.unknown)
        return chosen, problem

    def _resolve(self, names: tuple[str, ...]) -> Layout:
        taken = {column for columns in self._map.values() for column in columns}
        spelled = _spelled(key for key in names if key not in taken)
        candidates: dict[str, tuple[tuple[str, ...], ...]] = {}
        for name in COLUMN_NAMES:
            if name in self._map:
                paths = [_path(column, names) for column in self._map[name]]
            else:
                paths = [(key,) for key in _synonyms(name, spelled)]
            found = tuple(path for path in paths if path[0] in names)
            if found:
                candidates[name] = found
        read = {path[0] for paths in candidates.values() for path in paths}
        return Layout(candidates, tuple(key for key in names if key not in read))


def _path(column: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return (column,) if column in names else tuple(column.split("."))


def _spelled(keys: Iterable[str]) -> dict[str, list[str]]:
    """Group fields by their plain name; a key that spells it as we do comes first."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(_plain(key), []).append(key)
    return {
        plain: sorted(group, key=lambda key: (key != plain, key)) for plain, group in found.items()
    }


def _synonyms(name: str, spelled: Mapping[str, list[str]]) -> list[str]:
    """List the fields that go by one of our names, best first."""
    return [key for synonym in COLUMN_NAMES[name] for key in spelled.get(synonym, ())]


def _plain(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def _reach(record: Mapping[str, object], path: tuple[str, ...]) -> object:
    value = record.get(path[0])
    for step in path[1:]:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def has_value(name: str, value: object) -> bool:
    """Tell whether a field says anything about one of our names.

    A blank string does not, nor what stands for a missing value, but in a text.

    Example:
        >>> has_value("publisher", "N/A"), has_value("text", "None"), has_value("title", " ")
        (False, True, False)
    """
    if not isinstance(value, str):
        return value is not None
    if name == "text":
        return bool(value) and not value.isspace()
    if name == "id":
        return bool(value.strip())
    known = value.strip().casefold()
    return known not in NO_VALUES and any(map(str.isalnum, known))


def field_key(name: str) -> str:
    """Return the name under which a field is counted."""
    return excerpt(name[:MAX_NAME_CHARS])


def _count(unknown: Counter[str], names: Iterable[str]) -> None:
    for name in names:
        key = field_key(name)
        if key not in unknown and len(unknown) >= MAX_UNKNOWN_NAMES:
            key = OTHER_NAMES
        unknown[key] += 1
