"""Load the rules and models of the record stages, once per worker."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache, partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from builder import native
from builder.annotators import load_plugin
from builder.annotators.language_plugins import BUILTIN, load_identifier
from builder.config import BuildConfig
from builder.corpus.columns import load_ids
from builder.prepared import prepared
from builder.text import (
    characters,
    date_numbers,
    entities,
    flags,
    layout_features,
    normalize,
    outline,
    soundness,
)
from builder.text.cue_rules import CueRules, load_cues
from builder.text.cue_store import pack_cues, unpack_cues
from builder.text.cue_words import letter_tables
from builder.text.date_patterns import DateRules, load_date_rules
from builder.text.date_store import pack_date_rules, unpack_date_rules
from builder.text.domains import read_suffixes, spellings
from builder.text.entities import EntityTagger, NoneTagger
from builder.text.language_model import Py3LangId
from builder.text.layout import load_layout
from builder.text.layout_words import Lexicon, letter_table, load_lexicon
from builder.text.repetition import load_templates
from builder.text.signature import fold_tables
from builder.text.tables import CharacterTable, pack, unpack
from builder.work import Tools, Withheld
from schema import article
from schema.manifest import Annotator

__all__ = [
    "data_digest",
    "describe_annotators",
    "describe_identifier",
    "load_tables",
    "make_registrable",
    "make_tools",
    "ships",
    "withheld_articles",
    "withheld_domains",
]

_TEXT = Path(__file__).parent / "text"
RULES = _TEXT / "rules"
MODELS = _TEXT / "models"

#: Hosts whose domains are kept: few sources have many articles.
HOSTS = 65_536

#: Entity taggers that ship, by spec.
TAGGERS: dict[str, Callable[[], EntityTagger]] = {
    "builtin": lambda: entities.load_builtin(MODELS / "entities"),
    "builtin-fast": lambda: entities.load_builtin(MODELS / "entities", fast=True),
    "gazetteer": lambda: entities.load_gazetteer(MODELS / "entities"),
    "none": NoneTagger,
}


#: What the record stages know of characters.
TABLES: tuple[CharacterTable[Any], ...] = (
    *(characters.class_table, characters.white_table, normalize.fact_table),
    *(outline.mark_table, date_numbers.number_table, date_numbers.name_letters),
    *(letter_tables, letter_table),
    *(layout_features.fine_table, flags.prose_marks, soundness.sound_table, fold_tables),
)


@cache
def load_tables() -> None:
    """Take the tables of characters from an earlier run of the same code, if it left them."""
    sources = [*sorted(_TEXT.glob("*.py")), Path(article.__file__)]
    unpack(prepared("characters", sources, partial(pack, TABLES)), TABLES)


def _load_cues(folder: Path) -> CueRules:
    """Load the cue phrases, from an earlier run of the same code if it left them."""
    sources = [*sorted(folder.glob("*.toml")), *sorted(_TEXT.glob("*.py")), native.LIBRARY]
    return unpack_cues(prepared("cues", sources, lambda: pack_cues(load_cues(folder))))


def _load_date_rules(folder: Path) -> DateRules:
    """Load the names of months and the words around dates, in the same way."""
    sources = [*sorted(folder.glob("*.toml")), *sorted(_TEXT.glob("date_*.py"))]
    made = prepared("dates", sources, lambda: pack_date_rules(load_date_rules(folder)))
    return unpack_date_rules(made)


def _load_lexicon(path: Path) -> Lexicon:
    """Load the words that the layout model counts, in the same way."""
    sources = [path, *sorted(_TEXT.glob("*.py"))]
    return Lexicon(**prepared("lexicon", sources, lambda: vars(load_lexicon(path))))


# Rules and models are frozen, so all builds of a process share them.
_cues = cache(_load_cues)
_date_rules = cache(_load_date_rules)
_identifier = cache(load_identifier)
_layout = cache(partial(load_layout, read=_load_lexicon))


@runtime_checkable
class DescribedTagger(Protocol):
    """A tagger that says what it was trained on and how good it is."""

    def describe(self) -> dict[str, Any]:
        """Return `licence`, `training_data` and `metrics` (F1 by language), each if known."""
        ...


def make_tools(
    config: BuildConfig, templates: Path | None = None, carried: Path | None = None
) -> Tools:
    """Load everything that the record stages need for a configuration.

    Args:
        config: the configuration of the build.
        templates: table of the segments that recur; nothing recurs if there is no such file.
        carried: sorted ids of the rows of an earlier release; none if there is no such file.

    Raises:
        ConfigError: the configuration names an entity tagger that cannot be loaded.
    """
    load_tables()
    cleaning = config.cleaning
    return Tools(
        cues=_cues(RULES) if cleaning.cues else None,
        layout=_layout(MODELS / "layout.npz", RULES / "layout" / "words.toml")
        if cleaning.layout
        else None,
        dates=_date_rules(RULES / "dates"),
        identifier=_identifier(config.language),
        taggers=_taggers(config),
        signature=config.signature,
        templates=load_templates(templates) if templates and templates.exists() else None,
        registrable=lru_cache(HOSTS)(make_registrable()),
        withheld=withheld_articles(config),
        carried=load_ids(carried) if carried and carried.exists() else None,
        reject_flags=frozenset(cleaning.reject_flags),
        not_after=config.release_date,
    )


def withheld_articles(config: BuildConfig) -> Withheld:
    """Return what must not be published, domains in the form of the column `source`, too."""
    withhold = config.withhold
    return Withheld(
        frozenset(withhold.ids),
        frozenset(withheld_domains(withhold.domains)),
        frozenset(withhold.urls),
    )


def describe_identifier(config: BuildConfig) -> tuple[str, str]:
    """Return name and version of the language identifier."""
    if config.language == BUILTIN:  # nothing has to be loaded to know it
        return Py3LangId.name, version(Py3LangId.name)
    identifier = _identifier(config.language)
    return identifier.name, identifier.version


def describe_annotators(config: BuildConfig) -> dict[str, Annotator]:
    """Return what the models behind columns are, for manifest and card."""
    described = {}
    for route, tagger in _taggers(config).items():
        card = tagger.describe() if isinstance(tagger, DescribedTagger) else {}
        column = "entities" if route == "default" else f"entities.{route}"
        described[column] = Annotator(
            name=tagger.name,
            version=tagger.version,
            licence=card.get("licence", ""),
            training_data=card.get("training_data", ""),
            metrics=card.get("metrics", {}),
        )
    return described


@cache
def load_tagger(spec: str, *, allow_download: bool = False) -> EntityTagger:
    """Load an entity tagger by its spec: one that ships, or a plug-in.

    Raises:
        ConfigError: no tagger has that name, or what it needs is not there.
    """
    if spec in TAGGERS:
        return TAGGERS[spec]()
    return load_plugin(spec, allow_download=allow_download, ships=TAGGERS)


def _taggers(config: BuildConfig) -> dict[str, EntityTagger]:
    """Return the tagger of each language that the configuration routes, and of `default`."""
    if isinstance(config.entities, str):
        return {"default": load_tagger(config.entities, allow_download=config.allow_download)}
    routes = {"default": "builtin", **config.entities}
    return {
        tag: load_tagger(spec, allow_download=config.allow_download) for tag, spec in routes.items()
    }


def ships(config: BuildConfig) -> bool:
    """Tell whether all models of a configuration ship, and none is a plug-in."""
    specs = {config.entities} if isinstance(config.entities, str) else {*config.entities.values()}
    return config.language == BUILTIN and specs <= set(TAGGERS)


@cache
def data_digest() -> str:
    """Return one hash over all rules and models that ship in the package."""
    digest = hashlib.sha256()
    for path in sorted(item for item in (*RULES.rglob("*"), *MODELS.rglob("*")) if item.is_file()):
        digest.update(path.relative_to(_TEXT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def withheld_domains(names: Iterable[str]) -> Iterator[str]:
    """Yield each name as it is, since it may be a publisher's, and as the domain it belongs to.

    A domain is yielded in both of its spellings: `münchen.example` and `xn--mnchen-3ya.example`.
    """
    for name in names:
        yield name
        domain = make_registrable()(name.strip().lower())
        if domain:
            yield from {domain, *spellings(domain)}


@cache
def make_registrable() -> Callable[[str], str | None]:
    """Return host name → registrable domain, by the list of suffixes that tldextract ships.

    Its code is left alone: it imports all that it takes to fetch a newer list.
    """
    package = find_spec("tldextract")
    assert package is not None  # it is a dependency
    assert package.origin is not None
    path = Path(package.origin).with_name(".tld_set_snapshot")
    return read_suffixes(path.read_text(encoding="utf-8")).registrable
