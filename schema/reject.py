"""Rejects: articles that are not published, each with its reason."""

from pydantic import BaseModel, ConfigDict, Field

from schema.article import ID_PATTERN, CleanArticle
from schema.terms import Term

__all__ = ["PASSING_CODES", "Outcome", "Reject", "RejectCode", "Stage"]


class Stage(Term):
    """Where in the build an article was rejected."""

    READ = "read", "while the input was read"
    RECORD = "record", "while the article was cleaned and annotated"
    CORPUS = "corpus", "when it was compared with the other articles"


class RejectCode(Term):
    """Why an article is not published."""

    UNREADABLE_FILE = "UNREADABLE_FILE", "the file cannot be opened, read or decompressed"
    UNKNOWN_ENCODING = "UNKNOWN_ENCODING", "the bytes are not text in any encoding that was tried"
    BINARY_FILE = "BINARY_FILE", "the file or record holds binary data, not text"
    BAD_RECORD = "BAD_RECORD", "the record is not valid in its format"
    WRONG_TYPE = "WRONG_TYPE", "a field of the record has the wrong type"
    NO_TEXT_FIELD = "NO_TEXT_FIELD", "the record has no text field (see `[input] map`)"
    EMPTY_TEXT = "EMPTY_TEXT", "there is no text besides white space"
    TOO_LONG = "TOO_LONG", "the record is longer than `[input] max_chars`"
    NOTHING_LEFT = "NOTHING_LEFT", "cleaning found no article text"
    NOT_ARTICLE = "NOT_ARTICLE", "flagged as no article, and the configuration rejects those"
    WITHHELD = "WITHHELD", "listed under `[withhold]`"
    STAGE_FAILED = "STAGE_FAILED", "a stage failed on this article: a bug in Pressmark or a plug-in"
    CRASHED = "CRASHED", "it ended the worker process: a bug in a library or plug-in"
    TIMED_OUT = "TIMED_OUT", "it took longer than `[limits] seconds`"
    OUT_OF_MEMORY = "OUT_OF_MEMORY", "it needed more memory than there is, or `[limits] memory_mb`"
    EXACT_DUPLICATE = "EXACT_DUPLICATE", "the same normalized raw text is published already"
    NEAR_DUPLICATE = "NEAR_DUPLICATE", "a near-duplicate is published, and one per cluster is kept"
    SPLIT_BRIDGE = "SPLIT_BRIDGE", "it would join clusters that lie in different splits"


#: Codes that another machine, or the same one at another time, might not give.
PASSING_CODES = frozenset(
    {
        RejectCode.UNREADABLE_FILE,
        RejectCode.CRASHED,
        RejectCode.TIMED_OUT,
        RejectCode.OUT_OF_MEMORY,
    }
)


class Reject(BaseModel):
    """One article that is not published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: RejectCode = Field(description="Why.")
    stage: Stage = Field(description="Where in the build.")
    path: str = Field(description="File, relative to the input.")
    record: int = Field(ge=0, description="As `origin.record`.")
    origin_id: str | None = Field(default=None, description="The input's own id, if it has one.")
    id: str | None = Field(
        default=None, pattern=ID_PATTERN, description="Article id, once it is known."
    )
    language: str | None = Field(default=None, description="Language tag, once it is known.")
    source: str | None = Field(default=None, description="As the column `source`, once known.")
    kept: str | None = Field(
        default=None, pattern=ID_PATTERN, description="Id of the published duplicate."
    )
    message: str = Field(description="What was wrong, and where.")
    excerpt: str = Field(default="", description="Beginning of the raw text or bytes.")


#: What becomes of an article in the record stages.
Outcome = CleanArticle | Reject
