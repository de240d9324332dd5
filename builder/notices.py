"""Settings of a build that did nothing: probably a name that is spelled wrong."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from builder.config import WithholdParams
from builder.input.columns import field_key
from builder.input.params import InputParams
from builder.tools import withheld_domains
from schema.reject import RejectCode

__all__ = ["idle_withholds", "unread_columns"]


def unread_columns(params: InputParams, seen: Mapping[str, int]) -> Iterator[str]:
    """Warn of mapped columns that no record had a value in.

    Args:
        params: the mapping.
        seen: fields that were read as mapped or left unread.
    """
    for name, columns in sorted(params.map.items()):
        for column in columns:
            if field_key(column) not in seen:
                yield f"input.map: no record has a value in {column!r}, mapped to {name}"


def idle_withholds(params: WithholdParams, rejects: Path) -> Iterator[str]:
    """Warn of what is to be withheld and is not in the input.

    Args:
        params: what is to be withheld.
        rejects: folder with the rejects of the build.
    """
    if not (params.ids or params.domains or params.urls):
        return
    table = pq.read_table(
        rejects,
        columns=["id", "origin_id", "source", "message"],
        filters=[("code", "==", RejectCode.WITHHELD.value)],
    )
    found = {name: set(table[name].to_pylist()) for name in table.column_names}
    for entry in params.ids:
        if entry not in found["id"] and entry not in found["origin_id"]:
            yield f"withhold.ids: no article is {entry!r}"
    for entry in params.domains:
        names = set(withheld_domains([entry]))
        by_name = (message.rpartition(" source ")[2] for message in found["message"])
        if names.isdisjoint(found["source"]) and names.isdisjoint(by_name):
            yield f"withhold.domains: no article is of {entry!r}"
    for entry in params.urls:
        if not any(message.endswith(f" {entry}") for message in found["message"]):
            yield f"withhold.urls: no article has {entry!r}"
