"""A table of characters is made once, here or in another process."""

import importlib
import pkgutil
from typing import NamedTuple

import numpy as np

import builder.text
from builder.text.tables import (
    Array,
    CharacterTable,
    character_table,
    character_tables,
    pack,
    unpack,
)
from builder.tools import TABLES


class Pair(NamedTuple):
    low: Array
    high: Array


@character_table
def alone() -> Array:
    return np.arange(3)


@character_tables(Pair)
def paired() -> Pair:
    return Pair(np.arange(2), np.arange(5))


def test_a_table_is_made_at_the_first_call() -> None:
    assert alone() is alone()
    assert alone().tolist() == [0, 1, 2]
    assert paired().high.size == 5


def test_tables_that_were_handed_in_are_not_made() -> None:
    packed = {name: array.copy() for name, array in pack([alone, paired]).items()}
    unpack(packed, [alone, paired])
    assert alone() is packed["alone.0"]
    assert isinstance(paired(), Pair)
    assert paired().high is packed["paired.1"]


def test_all_tables_of_the_record_stages_are_handed_on() -> None:
    names = [module.name for module in pkgutil.iter_modules(builder.text.__path__)]
    modules = [importlib.import_module(f"builder.text.{name}") for name in names]
    found = {
        id(value)
        for module in modules
        for value in vars(module).values()
        if isinstance(value, CharacterTable)
    }
    assert found == set(map(id, TABLES))
    assert len({table.name for table in TABLES}) == len(TABLES)


def test_tables_from_another_process_are_those_that_would_be_made() -> None:
    for table in TABLES:
        made = table.make()
        arrays = made if isinstance(made, tuple) else [made]
        for own, other in zip(table.arrays(), arrays, strict=True):
            assert own.dtype == other.dtype
            assert np.array_equal(own, other)
