"""Call a function of the user's own: `python:package.module:factory`."""

from __future__ import annotations

import importlib

from builder.errors import ConfigError


def call_factory(column: str, rest: str) -> object:
    """Import the module and call its factory without arguments.

    Args:
        column: what the result fills, for messages: `entities` or `language`.
        rest: `package.module:factory`.

    Raises:
        ConfigError: the spec has no factory, or the module or factory does not exist.
    """
    module_name, _, factory_name = rest.partition(":")
    if not module_name or not factory_name:
        raise ConfigError(f"{column}: 'python:{rest}' is not of the form python:module:factory")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ConfigError(f"{column}: cannot import {module_name!r}: {error}") from error
    factory = getattr(module, factory_name, None)
    if not callable(factory):
        raise ConfigError(f"{column}: {module_name!r} has no function {factory_name!r}")
    return factory()
