"""Turn a spec string into an entity tagger, importing only what that spec needs.

Knows the kinds of specs and their errors; each adapter knows one package. Results are checked by
the caller of a tagger (`builder.text.entities.checked_spans`), not here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from types import ModuleType

from builder.annotators.factories import call_factory
from builder.errors import ConfigError
from builder.text.entities import EntityTagger

ENTRY_POINTS = "pressmark.entity_taggers"
"""Group in which a package registers `name = "module:factory"`; the factory gets what follows
`name:` in the spec and returns a tagger."""

KINDS: Mapping[str, tuple[str, str]] = {
    "gliner": ("builder.annotators.gliner_adapter", "gliner"),
    "spacy": ("builder.annotators.spacy_adapter", "spacy"),
    "transformers": ("builder.annotators.transformers_adapter", "transformers torch"),
}
"""Kind of spec: the module with `load(rest, allow_download)`, the packages it needs."""
PYTHON = "python"


def load_plugin(
    spec: str, *, allow_download: bool = False, ships: Iterable[str] = ()
) -> EntityTagger:
    """Load the tagger that a spec such as `spacy:fr_core_news_lg` names.

    Args:
        spec: `kind:rest`, or the name of a registered entry point, alone or with `:rest`.
        allow_download: let the package fetch a model that is not on this machine.
        ships: names of the taggers that are no plug-ins, to say what there is.

    Raises:
        ConfigError: the kind is unknown, a package or model is missing, or what was loaded is no
            tagger.
    """
    kind, _, rest = spec.partition(":")
    tagger: object
    if kind == PYTHON:
        tagger = call_factory("entities", rest)
    elif kind in KINDS:
        module, packages = KINDS[kind]
        tagger = _adapter(spec, module, packages).load(rest, allow_download)
    else:
        tagger = _registered(spec, kind, ships)(rest)
    if not isinstance(tagger, EntityTagger):
        raise ConfigError(
            f"entities: {spec!r} gave a {type(tagger).__name__}, which is no tagger "
            "(needed: name, version, labels, supports, annotate)"
        )
    return tagger


def _adapter(spec: str, module: str, packages: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name not in packages.split():
            raise
        raise ConfigError(
            f"entities: {spec!r} needs a package that is not installed; run: pip install {packages}"
        ) from error


def _registered(spec: str, name: str, ships: Iterable[str]) -> Callable[[str], object]:
    found = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if name not in found:
        known = ", ".join(sorted({PYTHON, *ships, *KINDS, *found}))
        raise ConfigError(f"entities: unknown tagger {spec!r} (known: {known})")
    try:
        factory: Callable[[str], object] = found[name].load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"entities: {spec!r} is registered but does not load: {error}") from error
    return factory
