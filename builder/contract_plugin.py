"""The options of `pytest --pyargs builder.contract`, as a pytest plugin.

Every pytest of an environment with Pressmark loads this file, so it imports nothing and
adds its options only where the contract is asked for.
"""

from typing import Any

__all__ = ["pytest_load_initial_conftests"]

CONTRACT = "builder.contract"


def pytest_load_initial_conftests(parser: Any, args: list[str]) -> None:
    """Add the options if the contract is among what is to be run."""
    if not any(argument.partition("::")[0] == CONTRACT for argument in args):
        return
    group = parser.getgroup("pressmark", "the contract of a Pressmark data set")
    group.addoption(
        "--dataset",
        metavar="DIR",
        help="a folder, or hf://datasets/user/name[@revision]",
    )
    group.addoption(
        "--engines",
        metavar="NAMES",
        default="pyarrow,datasets",
        help="libraries to read the rows with: names, `all` that are installed, or `none`",
    )
