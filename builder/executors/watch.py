"""The records of a task, handed out so that the death of a worker tells which one it died of.

At full speed a watch only keeps to the limits. In quarantine it also tells the parent process
what is about to be done, and leaves out what ended a worker before.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from builder.executors.limits import limited
from builder.input.rejects import Place, excerpt, reject
from builder.input.watch import Cause, ask, asking
from schema.article import RawArticle
from schema.reject import Reject, Stage

__all__ = ["BatchWord", "ReadWord", "RecordWord", "Watch", "Word"]

Record = RawArticle | Reject


class BatchWord(NamedTuple):
    """A batch is about to be read and worked on."""

    batch: int


class ReadWord(NamedTuple):
    """A record of a piece of a file is about to be read, after some others."""

    path: str
    start: int
    others: int


class RecordWord(NamedTuple):
    """A record is about to be worked on."""

    path: str
    record: int


#: What a worker says before it does it. Its last word is what it died of.
Word = BatchWord | ReadWord | RecordWord


class _Piece(Protocol):
    """A range of a file, as `builder.readers.Piece`."""

    @property
    def path(self) -> str: ...
    @property
    def start(self) -> int: ...


Piece = TypeVar("Piece", bound=_Piece)


@dataclass
class Watch:
    """What workers that died of a task have shown about it.

    Attributes:
        say: tells the parent process; None where nobody listens.
        careful: batches that a worker died in; their records come one by one.
        deadly: records, and reads, that a worker died of.
    """

    say: Callable[[Word], object] | None = None
    careful: set[int] = field(default_factory=set)
    deadly: dict[Word, Cause] = field(default_factory=dict)
    _one_by_one: bool = False

    def learn(self, word: Word, cause: Cause) -> None:
        """Note that a worker died after this word."""
        if isinstance(word, BatchWord):
            self.careful.add(word.batch)
        else:
            self.deadly[word] = cause

    def read(
        self, pieces: Sequence[Piece], reader: Callable[[Piece], Iterator[Record]]
    ) -> Iterator[Record]:
        """Yield the records of all pieces, of each up to where reading on is deadly."""
        for piece in pieces:
            stream = reader(piece)
            item: Record | None = None
            for others in itertools.count():
                cause = self._one_by_one and self._announce(
                    ReadWord(piece.path, piece.start, others)
                )
                if cause:
                    message = f"nothing of the file is read from here on: {cause.message}"
                    yield reject(cause.code, Place(piece.path, _after(item, piece)), message)
                    break
                item = next(stream, None)
                if item is None:
                    break
                yield item

    def batches(self, records: Iterable[Record], size: int) -> Iterator[list[Record]]:
        """Yield the records in batches; deadly ones come as rejects."""
        stream = iter(records)
        with asking(self._ask):
            for number in itertools.count():
                self._one_by_one = number in self.careful
                if self.say and not self._one_by_one:
                    self.say(BatchWord(number))
                for step in [1] * size if self._one_by_one else [size]:
                    with limited(step):
                        batch = [_checked(item) for item in itertools.islice(stream, step)]
                        if not batch:
                            return
                        yield batch

    def _ask(self, path: str, record: int) -> Cause | None:
        return self._announce(RecordWord(path, record)) if self._one_by_one else None

    def _announce(self, word: Word) -> Cause | None:
        cause = self.deadly.get(word)
        if cause is None and self.say:
            self.say(word)
        return cause


def _after(item: Record | None, piece: _Piece) -> int:
    """Return the first record of a piece that comes after one of it, if there was one."""
    if item is None:
        return piece.start
    return 1 + (item.record if isinstance(item, Reject) else item.origin.record)


def _checked(item: Record) -> Record:
    """Turn an article that ended a worker into its reject."""
    if isinstance(item, Reject):
        return item
    origin = item.origin
    cause = ask(origin.path, origin.record)
    if cause is None:
        return item
    return Reject(
        code=cause.code,
        stage=Stage.RECORD,
        path=origin.path,
        record=origin.record,
        origin_id=origin.id,
        message=cause.message,
        excerpt=excerpt(item.text),
    )
