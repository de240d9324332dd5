"""The contract of a data set as pytest tests, for the CI of those who use it.

    pytest --pyargs builder.contract --dataset dist/news
    pytest --pyargs builder.contract --dataset hf://datasets/user/name@v1.2.0

One test per family of rules; a failing one lists its findings. The options come from
`builder.contract_plugin`.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from builder.errors import PublisherError
from schema.findings import Finding, FindingCode

__all__ = ["FAMILIES", "test_contract"]

#: Findings that a failing test lists.
SHOWN = 20

Code = FindingCode

#: Every rule, by what a user of the data relies on.
FAMILIES: dict[str, tuple[FindingCode, ...]] = {
    "every file is the one that the manifest lists": (
        Code.MANIFEST_MISSING,
        Code.MANIFEST_INVALID,
        Code.FILE_MISSING,
        Code.FILE_UNLISTED,
        Code.FILE_CHECKSUM,
        Code.FILE_LINK,
        Code.FILE_NAME,
    ),
    "every shard can be read and has the columns of the schema": (
        Code.FILE_UNREADABLE,
        Code.SCHEMA_MISMATCH,
        Code.SHARD_EMPTY,
        Code.ROW_GROUP_SIZE,
    ),
    "every value is inside what its field allows": (
        Code.ROW_VALUE,
        Code.ROW_NULL,
        Code.SCORE_ROUNDED,
        Code.FLAGS_ORDER,
    ),
    "every text is clean": (Code.TEXT_SPACE, Code.TEXT_CONTROL),
    "every entity is the slice of text that it says": (
        Code.ENTITY_ORDER,
        Code.ENTITY_MENTION,
        Code.ENTITY_ISO,
    ),
    "every date and source rests on evidence": (
        Code.DATE_PRECISION,
        Code.MENTION_PRECISION,
        Code.HINT_PLACE,
        Code.DATE_TRIPLE,
        Code.DATE_UNDECLARED,
        Code.SOURCE_UNDECLARED,
    ),
    "every id occurs once": (Code.ID_REPEATED,),
    "no cluster or text lies in two splits": (Code.CLUSTER_LEAK,),
    "every cluster has the size and id that its members say": (
        Code.CLUSTER_SIZE,
        Code.CLUSTER_ID,
    ),
    "every row lies where it belongs": (Code.ROW_ORDER, Code.LANGUAGE_PATH),
    "every receipt rebuilds the raw text whose hash is the id": (
        Code.AUDIT_IDS,
        Code.AUDIT_REBUILD,
        Code.SPAN_EMPTY,
        Code.REMOVED_LENGTH,
    ),
    "every article read is published or rejected": (Code.CONSERVATION, Code.COUNT_MISMATCH),
    "the card loads what it should and nothing else": (
        Code.CARD_MISSING,
        Code.CARD_YAML,
        Code.CARD_FENCE,
        Code.CARD_CONFIG,
        Code.CARD_DEFAULT,
        Code.CARD_GLOB,
        Code.CARD_STRAY,
        Code.CARD_SPLIT,
    ),
    "the card says what the files hold": (
        Code.CARD_FEATURES,
        Code.CARD_COUNTS,
        Code.CARD_NUMBERS,
    ),
    "the card is one that the Hub takes": (
        Code.CARD_LICENCE,
        Code.CARD_LANGUAGE,
        Code.CARD_FIELD,
        Code.CARD_SIZE,
        Code.CARD_PLACEHOLDER,
    ),
    "other libraries read the same rows": (Code.ENGINE_ROWS,),
}


@pytest.fixture(scope="session")
def findings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Sequence[Finding]:
    """Everything that is wrong with the data set; it is looked at once."""
    # Imported here: collecting the tests must not load pyarrow.
    from builder.verify import verify

    dataset = request.config.getoption("--dataset", None)
    if dataset is None:
        pytest.exit("give the data set: --dataset DIR or hf://datasets/user/name", returncode=4)
    try:
        folder = _folder(dataset, tmp_path_factory)
        return verify(folder, engines=request.config.getoption("--engines"))
    except PublisherError as error:
        pytest.exit(str(error), returncode=4)


def _folder(dataset: str, temporary: pytest.TempPathFactory) -> Path:
    if not dataset.startswith("hf://"):
        return Path(dataset)
    from builder.hub.client import fetch_dataset

    return fetch_dataset(dataset, temporary.mktemp("dataset"))


@pytest.mark.parametrize("codes", FAMILIES.values(), ids=FAMILIES)
def test_contract(codes: Sequence[FindingCode], findings: Sequence[Finding]) -> None:
    """No finding of this family."""
    mine = [str(found) for found in findings if found.code in codes]
    if mine:
        shown = "\n".join(f"  {line}" for line in mine[:SHOWN])
        rest = f"\n  and {len(mine) - SHOWN} more" if len(mine) > SHOWN else ""
        pytest.fail(f"{len(mine)} findings:\n{shown}{rest}", pytrace=False)
