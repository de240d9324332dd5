"""Turn a spec string into a language identifier, importing only what that spec needs.

Knows the kinds of specs and their errors; each adapter knows one package. Sampling, abstaining and
scripts are the caller's (`builder.text.language.assess_language`), whatever the identifier.
"""

import importlib
from collections.abc import Mapping

from builder.annotators.factories import call_factory
from builder.errors import ConfigError
from builder.prepared import prepared
from builder.text.language import LanguageIdentifier
from builder.text.language_model import load_py3langid, py3langid_files, unpack_py3langid

__all__ = ["BUILTIN", "load_identifier"]

BUILTIN = "builtin"
PYTHON = "python"

KINDS: Mapping[str, tuple[str, str, str]] = {
    "fasttext": ("builder.annotators.language_fasttext", "fasttext", "fasttext-predict"),
    "lingua": ("builder.annotators.language_lingua", "lingua", "lingua-language-detector"),
}
"""Kind of spec: the module with `load(rest)`, the package it imports, and the name to install."""


def load_identifier(spec: str) -> LanguageIdentifier:
    """Load the identifier that a spec names.

    Args:
        spec: `builtin`, `fasttext:PATH` (a lid.176, GlotLID or OpenLID file on this machine),
            `lingua`, or `python:module:factory`. Nothing is downloaded.

    Raises:
        ConfigError: the kind is unknown, a package or file is missing, or what was loaded is no
            identifier.
    """
    kind, _, rest = spec.partition(":")
    if spec == BUILTIN:
        return load_py3langid(prepared("py3langid", py3langid_files(), unpack_py3langid))
    identifier = call_factory("language", rest) if kind == PYTHON else _adapted(spec, kind, rest)
    if not isinstance(identifier, LanguageIdentifier):
        raise ConfigError(
            f"language: {spec!r} gave a {type(identifier).__name__}, which is no identifier "
            "(needed: name, version, identify)"
        )
    return identifier


def _adapted(spec: str, kind: str, rest: str) -> object:
    if kind not in KINDS:
        known = ", ".join(sorted({BUILTIN, PYTHON, *KINDS}))
        raise ConfigError(f"language: unknown identifier {spec!r} (known kinds: {known})")
    module, package, install = KINDS[kind]
    try:
        identifier: object = importlib.import_module(module).load(rest)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ConfigError(
            f"language: {spec!r} needs a package that is not installed; run: pip install {install}"
        ) from error
    return identifier
