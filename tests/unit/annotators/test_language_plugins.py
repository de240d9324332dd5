"""Language plug-ins: specs, errors of one line, labels of other models."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from builder.annotators.language_plugins import load_identifier
from builder.errors import ConfigError
from builder.text.language import assess_language

PLUGIN = """
from schema.hints import LanguageGuess

class AlwaysFrench:
    name, version = "always-french", "1"
    def identify(self, text):
        return LanguageGuess(tag="fr", score=0.9)

make = AlwaysFrench
wrong = object
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "french_plugin.py").write_text(PLUGIN, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "french_plugin", raising=False)
    return "french_plugin"


def test_a_function_of_ones_own_becomes_an_identifier(plugin: str) -> None:
    identifier = load_identifier(f"python:{plugin}:make")
    decision = assess_language("Any text of more than twenty letters.", None, identifier)
    assert (decision.tag, decision.score) == ("fr", 0.9)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("jsn", "unknown identifier 'jsn'"),
        ("python:french_plugin", "is not of the form"),
        ("python:french_plugin:absent", "has no function 'absent'"),
        ("python:no_such_module_here:make", "cannot import 'no_such_module_here'"),
        ("python:french_plugin:wrong", "gave a object, which is no identifier"),
    ],
)
@pytest.mark.usefixtures("plugin")
def test_a_spec_that_does_not_load_is_one_line(spec: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_identifier(spec)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "package", "install"),
    [
        ("fasttext:lid.bin", "fasttext", "fasttext-predict"),
        ("lingua", "lingua", "lingua-language-detector"),
    ],
)
def test_a_missing_package_names_the_command(
    spec: str, package: str, install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"builder.annotators.language_{package}", raising=False)
    with pytest.raises(ConfigError, match=f"pip install {install}"):
        load_identifier(spec)


def stand_in(name: str, monkeypatch: pytest.MonkeyPatch, **members: object) -> None:
    """Put a module of a given form in the place of a package that is not installed."""
    module = ModuleType(name)
    vars(module).update(members)
    monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, f"builder.annotators.language_{name}", raising=False)


@pytest.mark.parametrize(("label", "tag"), [("fr", "fr"), ("fra_Latn", "fr"), ("cmn_Hani", "zh")])
def test_labels_of_fasttext_models_become_our_tags(
    label: str, tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in with fastText's interface; the real package is not part of the tests."""

    def predict(line: str, k: int) -> tuple[tuple[str], tuple[float]]:
        assert "\n" not in line
        assert k == 1
        return (f"__label__{label}",), (1.00003,)

    stand_in("fasttext", monkeypatch, load_model=lambda path: SimpleNamespace(predict=predict))
    (tmp_path / "model.bin").write_bytes(b"model")
    identifier = load_identifier(f"fasttext:{tmp_path / 'model.bin'}")
    guess = identifier.identify("Bonjour\ntout le monde")
    assert (guess.tag, guess.score) == (tag, 1.0)
    with pytest.raises(ConfigError, match="no fastText model at"):
        load_identifier("fasttext:absent.bin")
