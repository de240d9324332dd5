"""One passing and one failing row per rule: the table that both forms of a rule are held to."""

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import BaseModel

from schema.article import Article, AuditRow
from schema.findings import FindingCode as Code

Row = dict[str, Any]
Change = Callable[[Row], Any]


class Case(NamedTuple):
    """A change that keeps a rule, and a change that breaks it."""

    code: Code
    name: str
    keeps: Change
    breaks: Change
    model: type[BaseModel] = Article

    def rows(self) -> tuple[Row, Row]:
        """Return the passing and the failing row."""
        good, bad = copy.deepcopy(BASE[self.model]), copy.deepcopy(BASE[self.model])
        self.keeps(good)
        self.breaks(bad)
        return good, bad


ARTICLE: Row = {
    "id": "66976a8785158790c0ffee0123456789",
    "language": "fr",
    "language_score": 0.998,
    "date": dt.date(2025, 11, 7),
    "date_precision": "day",
    "date_basis": "header",
    "date_hints": [
        {
            "value": dt.date(2025, 11, 7),
            "precision": "day",
            "kind": "published",
            "basis": "header",
            "start": 0,
            "end": 15,
        },
        {
            "value": dt.date(2018, 1, 16),
            "precision": "day",
            "kind": "mention",
            "basis": "text",
            "start": 90,
            "end": 105,
        },
    ],
    "title": "Ouverture à Astana",
    "source": "example.org",
    "source_hints": [
        {"kind": "domain", "value": "example.org", "basis": "url", "start": None, "end": None},
        {"kind": "editor", "value": "Татьяна", "basis": "text", "start": 40, "end": 47},
    ],
    "flags": ["paywalled", "truncated"],
    "text": "🇰🇿 Astana accueille\nle sommet de l’OTAN à القدس.",
    "entities": [
        {"mention": "Astana", "label": "LOC", "start": 3, "end": 9, "score": 0.91, "iso": "KZ"},
        {"mention": "OTAN", "label": "ORG", "start": 35, "end": 39, "score": 1.0, "iso": None},
    ],
    "cluster_id": "0000000000000000c0ffee0123456789",
    "cluster_size": 2,
    "origin": {"path": "2025/a.txt", "record": 0, "id": None, "sha256": "0" * 64},
}
AUDIT: Row = {
    "id": "66976a8785158790c0ffee0123456789",
    "removed": [{"start": 3, "end": 11, "rules": ["layout", "space"], "text": "S’abon👩‍👩"[:8]}],
}
BASE: dict[type[BaseModel], Row] = {Article: ARTICLE, AuditRow: AUDIT}


def put(path: str, value: Any) -> Change:
    """Return a change that sets one place, named like `entities.0.score`."""
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))

    def change(row: Row) -> None:
        target: Any = row
        for parent in parents:
            target = target[parent]
        target[last] = value

    return change


def both(*changes: Change) -> Change:
    """Return a change that applies several."""

    def change(row: Row) -> None:
        for one in changes:
            one(row)

    return change


def undated(row: Row) -> None:
    """Remove the date and what goes with it."""
    row.update(date=None, date_precision=None, date_basis=None)


def values(name: str, path: str, good: Any, *bad: Any, **where: Any) -> list[Case]:
    """Cases of ROW_VALUE: one allowed value and some that are not."""
    return [
        Case(Code.ROW_VALUE, f"{name} {index}", put(path, good), put(path, value), **where)
        for index, value in enumerate(bad)
    ]


CASES = [
    *values("id", "id", "f" * 32, "F" * 32, "f" * 31, "f" * 33, "", "f" * 32 + "\n"),
    *values("language", "language", "zh-Hant", "fra-Latn", "FR", "français", ""),
    *values("score", "language_score", 1.0, 1.001, -0.001, float("nan"), float("inf")),
    *values("precision", "date_precision", "day", "hour", "DAY", ""),
    *values("basis", "date_basis", "header", "text ", "x"),
    *values("hint kind", "date_hints.1.kind", "mention", "published\n", ""),
    *values("hint offset", "date_hints.1.start", 89, -1),
    *values("source hint", "source_hints.0.value", "example.org", ""),
    *values("source kind", "source_hints.1.kind", "author", "writer"),
    *values("flag", "flags.0", "liveblog", "boring"),
    *values("text", "text", ARTICLE["text"], ""),
    *values("mention", "entities.0.mention", "Astana", ""),
    *values("label", "entities.0.label", "LOC", "GPE"),
    *values("iso", "entities.0.iso", "FR-75C", "kz", "KAZ", "KZ-ALAX"),
    *values("cluster size", "cluster_size", 2, 0, -1),
    *values("cluster id", "cluster_id", "0" * 32, "0" * 31),
    *values("path", "origin.path", "a b/ж", "/etc/passwd", "", "a\nb"),
    *values("record", "origin.record", 2**62, -1),
    *values("sha256", "origin.sha256", None, "0" * 63, ""),
    *values("rules", "removed.0.rules", ["space"], [], model=AuditRow),
    *values("removed text", "removed.0.text", AUDIT["removed"][0]["text"], "", model=AuditRow),
    Case(Code.ROW_NULL, "column", put("title", None), put("text", None)),
    Case(Code.ROW_NULL, "list", put("entities", []), put("entities", None)),
    Case(Code.ROW_NULL, "item", put("flags", ["video"]), put("flags", ["video", None])),
    Case(Code.ROW_NULL, "struct", put("origin.id", None), put("origin", None)),
    Case(Code.ROW_NULL, "nested", put("entities.0.iso", None), put("entities.0.label", None)),
    Case(
        Code.ROW_NULL,
        "rules",
        put("removed.0.rules", ["a"]),
        put("removed.0.rules", ["a", None]),
        AuditRow,
    ),
    Case(Code.SPAN_EMPTY, "date", put("date_hints.1.start", 104), put("date_hints.1.start", 105)),
    Case(Code.SPAN_EMPTY, "source", put("source_hints.1.end", 41), put("source_hints.1.end", 40)),
    Case(
        Code.SPAN_EMPTY,
        "removed",
        both(put("removed.0.end", 4), put("removed.0.text", "x")),
        put("removed.0.end", 3),
        AuditRow,
    ),
    Case(
        Code.REMOVED_LENGTH,
        "code points",
        put("removed.0.text", "👩‍👩‍👧‍👦x"),
        put("removed.0.text", "👩‍👩‍👧‍👦"),
        AuditRow,
    ),
    Case(
        Code.DATE_PRECISION,
        "month",
        both(
            put(
                "date_hints.1",
                {**ARTICLE["date_hints"][0], "value": dt.date(2025, 11, 1), "precision": "month"},
            )
        ),
        both(put("date_hints.1", {**ARTICLE["date_hints"][0], "precision": "month"})),
    ),
    Case(
        Code.DATE_PRECISION,
        "year",
        both(
            put(
                "date_hints.1",
                {**ARTICLE["date_hints"][0], "value": dt.date(2025, 1, 1), "precision": "year"},
            )
        ),
        both(
            put(
                "date_hints.1",
                {**ARTICLE["date_hints"][0], "value": dt.date(2025, 2, 1), "precision": "year"},
            )
        ),
    ),
    Case(
        Code.MENTION_PRECISION,
        "month",
        put("date_hints.1.value", dt.date(2018, 1, 1)),
        both(
            put("date_hints.1.value", dt.date(2018, 1, 1)), put("date_hints.1.precision", "month")
        ),
    ),
    Case(
        Code.HINT_PLACE,
        "printed without place",
        put("date_hints.1.basis", "dateline"),
        both(put("date_hints.1.start", None), put("date_hints.1.end", None)),
    ),
    Case(
        Code.HINT_PLACE, "half a place", put("date_hints.1.end", 99), put("date_hints.1.end", None)
    ),
    Case(
        Code.HINT_PLACE,
        "place without print",
        put("source_hints.1.basis", "text"),
        put("source_hints.1.basis", "metadata"),
    ),
    Case(
        Code.SCORE_ROUNDED, "language", put("language_score", 0.001), put("language_score", 0.0005)
    ),
    Case(
        Code.SCORE_ROUNDED,
        "entity",
        put("entities.1.score", 0.333),
        put("entities.1.score", 1 / 3),
    ),
    Case(Code.DATE_TRIPLE, "no basis", undated, put("date_basis", None)),
    Case(Code.DATE_TRIPLE, "only precision", undated, both(undated, put("date_precision", "day"))),
    Case(Code.DATE_UNDECLARED, "other day", undated, put("date", dt.date(2025, 11, 8))),
    Case(
        Code.DATE_UNDECLARED,
        "only mentioned",
        put("date_hints.0.kind", "updated"),
        put("date_hints.0.kind", "mention"),
    ),
    Case(
        Code.DATE_UNDECLARED,
        "running text",
        put("date_hints.0.kind", "published"),
        both(put("date_hints.0.basis", "text"), put("date_basis", "text")),
    ),
    Case(Code.DATE_UNDECLARED, "no hint", undated, put("date_hints", [])),
    Case(Code.SOURCE_UNDECLARED, "other", put("source", None), put("source", "example.com")),
    Case(
        Code.SOURCE_UNDECLARED,
        "cited only",
        put("source_hints.0.kind", "publisher"),
        put("source_hints.0.kind", "cited_source"),
    ),
    Case(
        Code.SOURCE_UNDECLARED,
        "printed only",
        put("source_hints", [ARTICLE["source_hints"][0]] * 2),
        put(
            "source_hints.0",
            {**ARTICLE["source_hints"][1], "kind": "domain", "value": "example.org"},
        ),
    ),
    Case(Code.FLAGS_ORDER, "order", put("flags", ["index"]), put("flags", ["video", "index"])),
    Case(Code.FLAGS_ORDER, "repeat", put("flags", []), put("flags", ["index", "index"])),
    *[
        Case(
            Code.TEXT_SPACE,
            name,
            both(put("entities", []), put("text", "a b")),
            both(put("entities", []), put("text", text)),
        )
        for name, text in {
            "start": " a b",
            "end": "a b\n",
            "run": "a\u00a0 b",
            "newlines": "a\n\nb",
            "ideographic": "\u3000東京",
            "only": " ",
            "thin": "a\u2009\u202fb",
        }.items()
    ],
    *[
        Case(
            Code.TEXT_CONTROL,
            name,
            both(put("entities", []), put("text", "a\u200bb\u2028c")),
            both(put("entities", []), put("text", f"a{text}b")),
        )
        for name, text in {
            "nul": "\0",
            "return": "\r",
            "delete": "\x7f",
            "next line": "\x85",
        }.items()
    ],
    Case(
        Code.ENTITY_ORDER,
        "order",
        put("entities", []),
        put("entities", ARTICLE["entities"][::-1]),
    ),
    Case(
        Code.ENTITY_ORDER,
        "overlap",
        put("entities", ARTICLE["entities"][:1]),
        put("entities", [ARTICLE["entities"][0]] * 2),
    ),
    Case(Code.ENTITY_ORDER, "empty", put("entities.1.score", 0.5), put("entities.0.end", 3)),
    Case(
        Code.ENTITY_MENTION,
        "shifted",
        put("entities.0.score", 0.5),
        both(put("entities.0.start", 2), put("entities.0.end", 8)),
    ),
    Case(
        Code.ENTITY_MENTION,
        "other text",
        put("entities.0.score", 0.5),
        put("entities.0.mention", "ASTANA"),
    ),
    Case(
        Code.ENTITY_MENTION,
        "beyond the text",
        both(
            put("text", "Astana"),
            put("entities", [{**ARTICLE["entities"][0], "start": 0, "end": 6}]),
        ),
        both(
            put("text", "Astana"),
            put("entities", [{**ARTICLE["entities"][0], "start": 0, "end": 7}]),
        ),
    ),
    Case(Code.ENTITY_ISO, "person", put("entities.0.iso", None), put("entities.0.label", "PER")),
    Case(
        Code.CLUSTER_ID,
        "alone",
        put("cluster_size", 2),
        both(put("cluster_size", 1), put("cluster_id", "f" * 32)),
    ),
]

IDS = [f"{case.model.__name__}-{case.code}-{case.name}".replace(" ", "-") for case in CASES]

#: Codes that a single row can break, and so need a case.
ROW_CODES = [
    code for code in Code if list(Code).index(code) < list(Code).index(Code.SCHEMA_MISMATCH)
]
