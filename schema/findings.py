"""Findings: what a check found wrong, with a stable code.

Codes are an interface: scripts and CI match on them, so a code is never
renamed or given another meaning.
"""

from typing import NamedTuple

from schema.terms import Term

__all__ = ["Finding", "FindingCode"]


class FindingCode(Term):
    """What is wrong with a table, a file, a card or a folder."""

    # Rules of the row. The first covers types, ranges and patterns of single fields.
    ROW_VALUE = "ROW_VALUE", "a value is outside what its field allows"
    ROW_NULL = "ROW_NULL", "a field that is never null is null"
    SPAN_EMPTY = "SPAN_EMPTY", "a span does not start before its end"
    REMOVED_LENGTH = "REMOVED_LENGTH", "a removed piece is not as long as its span"
    DATE_PRECISION = "DATE_PRECISION", "a month or year is not given by its first day"
    MENTION_PRECISION = "MENTION_PRECISION", "a mentioned date lacks day or month"
    HINT_PLACE = "HINT_PLACE", "offsets are missing where evidence is printed, or there without it"
    SCORE_ROUNDED = "SCORE_ROUNDED", "a score has more than 3 decimals"
    DATE_TRIPLE = "DATE_TRIPLE", "date, date_precision and date_basis are not null together"
    DATE_UNDECLARED = "DATE_UNDECLARED", "no published or updated hint declares the date"
    SOURCE_UNDECLARED = "SOURCE_UNDECLARED", "no declared domain or publisher hint gives the source"
    FLAGS_ORDER = "FLAGS_ORDER", "flags are not sorted, or repeat"
    TEXT_SPACE = "TEXT_SPACE", "the text has white space at an end, or two in a row"
    TEXT_CONTROL = "TEXT_CONTROL", "the text holds control characters"
    ENTITY_ORDER = "ENTITY_ORDER", "entities are not sorted, are empty, or overlap"
    ENTITY_MENTION = "ENTITY_MENTION", "a mention is not the slice of the text it points to"
    ENTITY_ISO = "ENTITY_ISO", "a name that is no place has a country code"
    CLUSTER_ID = "CLUSTER_ID", "cluster_id is not the id that names the cluster"

    # Rules of the table and of the corpus.
    SCHEMA_MISMATCH = "SCHEMA_MISMATCH", "columns or types differ from the schema"
    ID_REPEATED = "ID_REPEATED", "an id occurs more than once"
    CLUSTER_LEAK = "CLUSTER_LEAK", "one cluster lies in two splits"
    CLUSTER_SIZE = "CLUSTER_SIZE", "cluster_size does not fit the number of its members"
    ROW_ORDER = "ROW_ORDER", "rows are not sorted as the manifest says"
    LANGUAGE_PATH = "LANGUAGE_PATH", "a row's language is not the one of its folder"

    # Rules of the audit.
    AUDIT_IDS = "AUDIT_IDS", "the audit's ids are not the articles' ids, in the same order"
    AUDIT_REBUILD = "AUDIT_REBUILD", "text and removed pieces do not rebuild the raw text"

    # Rules of the folder.
    FILE_UNREADABLE = "FILE_UNREADABLE", "a file cannot be read as what it should be"
    MANIFEST_MISSING = "MANIFEST_MISSING", "there is no manifest.json"
    MANIFEST_INVALID = "MANIFEST_INVALID", "manifest.json is not a Pressmark manifest"
    FILE_MISSING = "FILE_MISSING", "the manifest lists a file that is not there"
    FILE_UNLISTED = "FILE_UNLISTED", "a file is not in the manifest"
    FILE_CHECKSUM = "FILE_CHECKSUM", "size or SHA-256 of a file differs from the manifest"
    FILE_NAME = "FILE_NAME", "a path that cannot or must not be published"
    FILE_LINK = "FILE_LINK", "a symbolic link stands in the folder"
    COUNT_MISMATCH = "COUNT_MISMATCH", "a count in the manifest is not what the files hold"
    CONSERVATION = "CONSERVATION", "articles read are not published plus rejected"
    SHARD_EMPTY = "SHARD_EMPTY", "a shard holds no row; load_dataset fails on it"
    ROW_GROUP_SIZE = "ROW_GROUP_SIZE", "a row group is too large for the Hub's viewer"
    ENGINE_ROWS = "ENGINE_ROWS", "another library reads other rows, or none"

    # Rules of the card.
    CARD_MISSING = "CARD_MISSING", "there is no README.md"
    CARD_YAML = "CARD_YAML", "the YAML block cannot be parsed as a mapping"
    CARD_FENCE = "CARD_FENCE", "the YAML fence is not exactly three dashes, so the Hub ignores it"
    CARD_CONFIG = "CARD_CONFIG", "`configs` is not what load_dataset accepts"
    CARD_DEFAULT = "CARD_DEFAULT", "several configs and none is the default"
    CARD_GLOB = "CARD_GLOB", "a path in `configs` matches no file"
    CARD_STRAY = "CARD_STRAY", "a path in `configs` also matches a file it should not"
    CARD_SPLIT = "CARD_SPLIT", "a split name is not accepted by load_dataset"
    CARD_FEATURES = "CARD_FEATURES", "`dataset_info` features differ from the files"
    CARD_COUNTS = "CARD_COUNTS", "`dataset_info` counts differ from the files"
    CARD_LICENCE = "CARD_LICENCE", "the licence is missing, unknown, or `other` without its text"
    CARD_LANGUAGE = "CARD_LANGUAGE", "`language` is not a list of primary language codes"
    CARD_FIELD = "CARD_FIELD", "a key of the YAML has a type or value that the Hub refuses"
    CARD_NUMBERS = "CARD_NUMBERS", "a managed block differs from what the files say"
    CARD_SIZE = "CARD_SIZE", "the card is larger than what the Hub takes"
    CARD_PLACEHOLDER = "CARD_PLACEHOLDER", "the card holds an unfilled placeholder"

    # Rules between releases.
    SPLIT_MOVED = "SPLIT_MOVED", "an article lies in another split than in the release before"


class Finding(NamedTuple):
    """One thing that is wrong."""

    code: FindingCode
    message: str
    path: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        """Render as one line of printable characters: code, place, message."""
        place = self.path if self.row is None else f"{self.path}[{self.row}]"
        where = ".".join(part for part in (place, self.column) if part)
        line = f"{self.code} {where}: {self.message}" if where else f"{self.code}: {self.message}"
        # Names and values come from anywhere; they must neither break a line nor steer a terminal.
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
