"""Load a language identifier from a function: `python:package.module:factory`."""

import importlib

from builder.errors import ConfigError


def load(rest: str) -> object:
    """Import the module and call its factory without arguments.

    Raises:
        ConfigError: the spec has no factory, or the module or factory does not exist.
    """
    module_name, _, factory_name = rest.partition(":")
    if not module_name or not factory_name:
        raise ConfigError(f"language: 'python:{rest}' is not of the form python:module:factory")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ConfigError(f"language: cannot import {module_name!r}: {error}") from error
    factory = getattr(module, factory_name, None)
    if not callable(factory):
        raise ConfigError(f"language: {module_name!r} has no function {factory_name!r}")
    return factory()
