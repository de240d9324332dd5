"""Plug-in taggers: specs, errors of one line, real pipelines."""

import hashlib
import sys
from pathlib import Path

import pytest

from builder.annotators import load_plugin
from builder.annotators.windows import WindowedTagger, tag_windows, windows
from builder.errors import ConfigError
from builder.text.entities import TaggedSpan, checked_spans

PLUGIN = """
from builder.text.entities import TaggedSpan

class Shouting:
    name, version, labels = "shouting", "1", frozenset({"ORG"})
    def supports(self, language):
        return language == "en"
    def annotate(self, texts, languages):
        return [
            [
                TaggedSpan(t.index(w), t.index(w) + len(w), "ORG", 1.0)
                for w in t.split()
                if w.isupper()
            ]
            for t in texts
        ]

def make():
    return Shouting()

def wrong():
    return object()
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "shouting_plugin.py").write_text(PLUGIN, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "shouting_plugin", raising=False)
    return "shouting_plugin"


def test_a_function_of_ones_own_becomes_a_tagger(plugin: str) -> None:
    tagger = load_plugin(f"python:{plugin}:make")
    text = "The NATO summit."
    assert tagger.supports("en")
    assert checked_spans(text, tagger.annotate([text], ["en"])[0]) == [TaggedSpan(4, 8, "ORG", 1.0)]


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("wrong", "gave a object, which is no tagger"),
        ("absent", "has no function 'absent'"),
    ],
)
def test_a_plugin_that_is_no_tagger_is_named(plugin: str, rest: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_plugin(f"python:{plugin}:{rest}")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("python:no_such_module_here:make", "cannot import 'no_such_module_here'"),
        ("python:json", "is not of the form python:module:factory"),
        ("magic:wand", "unknown tagger 'magic:wand'"),
        ("", "unknown tagger ''"),
    ],
)
def test_wrong_specs_get_one_line(spec: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_plugin(spec)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def make(:", r"cannot import '\w+': SyntaxError: "),
        ("raise OSError('no model')", r"cannot import '\w+': OSError: no model \(.*, line 1\)"),
        ("def make():\n    raise OSError('no\\nmodel')", r":make\(\) failed: OSError: no model \("),
        ("def make(path):\n    return path", r":make\(\) failed: TypeError: .*'path'"),
    ],
)
def test_a_plugin_that_raises_is_its_authors_to_mend(
    source: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of somebody else's code is no bug of ours, and ends in one line with its place."""
    name = f"plugin_{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigError, match=message) as caught:
        load_plugin(f"python:{name}:make")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["spacy", "gliner", "transformers"])
def test_missing_package_says_what_to_install(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, kind, None)
    monkeypatch.delitem(sys.modules, f"builder.annotators.{kind}_adapter", raising=False)
    with pytest.raises(ConfigError, match=f"run: pip install {kind}"):
        load_plugin(f"{kind}:anything")


def test_windows_cover_the_text_and_cut_at_lines_first() -> None:
    text = "One two three.\nFour five six. Seven eight nine ten " * 20 + "x" * 300
    ranges = list(windows(text, 60))
    assert "".join(text[a:b] for a, b in ranges) == text
    assert all(b - a <= 60 for a, b in ranges)
    assert text[ranges[0][1] - 1] in "\n "


def test_offsets_of_windows_are_those_of_the_text() -> None:
    text = "Paris and Rome. " * 40

    def tag(piece: str) -> list[TaggedSpan]:
        return [
            TaggedSpan(i, i + 4, "LOC", 1.0)
            for i in range(len(piece))
            if piece.startswith("Rome", i)
        ]

    spans = tag_windows(text, 50, tag)
    assert len(spans) == 40
    assert {text[s.start : s.end] for s in spans} == {"Rome"}


def test_a_windowed_model_reads_every_claimed_text_by_itself() -> None:
    def tag(piece: str) -> list[TaggedSpan]:
        return [TaggedSpan(0, 4, "LOC", 1.0)] if piece.startswith("Rome") else []

    tagger = WindowedTagger("small", ["LOC"], 20, tag)
    assert tagger.annotate(["Rome is old.", "Rome"], ["en", "und"]) == [
        [TaggedSpan(0, 4, "LOC", 1.0)],
        [],
    ]
    assert tagger.labels == {"LOC"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_trained_spacy_pipeline_tags(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.training import Example

    pipeline = spacy.blank("en")
    pipeline.add_pipe("ner")
    texts = [
        (f"{name} lives in {place}.", name, place)
        for name in ("Anna", "Boris", "Clara")
        for place in ("Paris", "Rome")
    ]
    examples = []
    for text, name, place in texts:
        spans = [
            (0, len(name), "PERSON"),
            (text.index(place), text.index(place) + len(place), "GPE"),
        ]
        examples.append(Example.from_dict(pipeline.make_doc(text), {"entities": spans}))
    spacy.util.fix_random_seed(1)
    pipeline.initialize(lambda: examples)
    for _ in range(30):
        pipeline.update(examples)
    pipeline.to_disk(tmp_path / "pipeline")

    tagger = load_plugin(f"spacy:{tmp_path / 'pipeline'}")
    assert tagger.supports("en")
    assert not tagger.supports("fr")
    text = "Anna lives in Rome."
    spans = checked_spans(text, tagger.annotate([text, text], ["en", "fr"])[0])
    assert [(text[s.start : s.end], s.label) for s in spans] == [("Anna", "PER"), ("Rome", "LOC")]
    assert tagger.annotate([text], ["fr"]) == [[]]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_absent_and_useless_spacy_pipelines_are_named(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    with pytest.raises(ConfigError, match="no spaCy pipeline 'no_such_pipeline'"):
        load_plugin("spacy:no_such_pipeline")
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ConfigError, match="has no 'ner' component"):
        load_plugin(f"spacy:{tmp_path / 'blank'}")
