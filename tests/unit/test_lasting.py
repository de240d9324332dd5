"""What lasts is no garbage, and what comes later is looked at again."""

import gc

import pytest

from builder.lasting import lasting


def test_what_is_made_is_old_at_once() -> None:
    with lasting():
        assert not gc.isenabled()
        made = [[number] for number in range(1000)]
    assert gc.isenabled()
    oldest = set(map(id, gc.get_objects(generation=2)))
    assert oldest.issuperset(map(id, made))


def test_an_error_leaves_the_collector_on() -> None:
    with pytest.raises(ValueError, match="bad"), lasting():
        raise ValueError("bad")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with lasting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_a_caller_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        with lasting():
            pass
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before - 100  # some of it is not needed any more
    finally:
        gc.unfreeze()
