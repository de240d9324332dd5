"""Call a function of the user's own: `python:package.module:factory`."""

from __future__ import annotations

import importlib
import traceback

from builder.errors import ConfigError


def call_factory(column: str, rest: str) -> object:
    """Import the module and call its factory without arguments.

    Args:
        column: what the result fills, for messages: `entities` or `language`.
        rest: `package.module:factory`.

    Raises:
        ConfigError: the spec has no factory, the module or factory does not exist, or one of them
            raises an error.
    """
    module_name, _, factory_name = rest.partition(":")
    if not module_name or not factory_name:
        raise ConfigError(f"{column}: 'python:{rest}' is not of the form python:module:factory")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a module of the user's own may raise anything
        raise ConfigError(f"{column}: cannot import {module_name!r}: {_told(error)}") from error
    factory = getattr(module, factory_name, None)
    if not callable(factory):
        raise ConfigError(f"{column}: {module_name!r} has no function {factory_name!r}")
    try:
        return factory()
    except Exception as error:  # so may a function
        raise ConfigError(f"{column}: {rest}() failed: {_told(error)}") from error


def _told(error: Exception) -> str:
    """Return an error on one line, with the place where it arose."""
    said = " ".join(str(error).split())
    if isinstance(error, ModuleNotFoundError):
        return said
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__}: {said} ({frames[-1].filename}, line {frames[-1].lineno})"
