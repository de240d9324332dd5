"""A watch hands out records, says what comes next in careful batches, and leaves out the deadly."""

from collections.abc import Iterator
from typing import NamedTuple

from builder.executors.watch import BatchWord, ReadWord, RecordWord, Watch, Word
from builder.input.watch import Cause, ask
from schema.article import Origin, RawArticle
from schema.reject import Reject, RejectCode

CAUSE = Cause(RejectCode.CRASHED, "the worker was ended by SIGSEGV")


class Piece(NamedTuple):
    path: str
    start: int


PIECES = [Piece("a", 0), Piece("b", 100)]


def read(piece: Piece) -> Iterator[RawArticle | Reject]:
    for record in range(piece.start, piece.start + 3):
        origin = Origin(path=piece.path, record=record, id=f"{piece.path}{record}")
        yield RawArticle(origin=origin, text=f"Text {record}.")


def hand_out(watch: Watch, size: int = 2) -> list[list[tuple[str, int, bool]]]:
    """Return path, record and whether it is an article, batch by batch."""
    return [
        [
            (item.origin.path, item.origin.record, True)
            if isinstance(item, RawArticle)
            else (item.path, item.record, False)
            for item in batch
        ]
        for batch in watch.batches(watch.read(PIECES, read), size)
    ]


ALL = [("a", 0), ("a", 1), ("a", 2), ("b", 100), ("b", 101), ("b", 102)]


def test_without_deaths_all_records_come_in_batches_of_any_files() -> None:
    batches = hand_out(Watch())
    assert [len(batch) for batch in batches] == [2, 2, 2]
    assert [item[:2] for batch in batches for item in batch] == ALL


def test_a_careful_batch_comes_one_by_one_and_is_announced() -> None:
    words: list[Word] = []
    watch = Watch(say=words.append, careful={1})
    assert [len(batch) for batch in hand_out(watch)] == [2, 1, 1, 2]
    assert words == [
        BatchWord(0),
        ReadWord("a", 0, 2),
        RecordWord("a", 2),
        ReadWord("a", 0, 3),
        ReadWord("b", 100, 0),
        RecordWord("b", 100),
        BatchWord(2),
        BatchWord(3),
    ]


def test_a_deadly_record_is_a_reject_in_its_place() -> None:
    watch = Watch()
    watch.learn(BatchWord(1), CAUSE)
    watch.learn(RecordWord("b", 100), CAUSE)
    found = [item for batch in hand_out(watch) for item in batch]
    assert [item[:2] for item in found] == ALL
    assert [item[:2] for item in found if not item[2]] == [("b", 100)]


def test_what_cannot_be_read_on_is_one_reject_for_the_rest_of_the_piece() -> None:
    watch = Watch()
    watch.learn(BatchWord(0), CAUSE)
    watch.learn(ReadWord("a", 0, 1), CAUSE)
    found = [item for batch in hand_out(watch) for item in batch]
    assert found == [
        ("a", 0, True),
        ("a", 1, False),
        ("b", 100, True),
        ("b", 101, True),
        ("b", 102, True),
    ]


def test_nobody_is_asked_when_the_records_are_done() -> None:
    watch = Watch(careful={0, 1, 2, 3})
    watch.learn(RecordWord("a", 0), CAUSE)
    hand_out(watch)
    assert ask("a", 0) is None
