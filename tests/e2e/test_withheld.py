"""What is withheld is a reject, by whatever name it is known."""

import json
from pathlib import Path

import pytest

from tests.e2e.commands import ARTICLE, Corpus, build_ok


def test_withheld_articles_are_rejects(corpus: Corpus, tmp_path: Path) -> None:
    rows = [
        {"text": ARTICLE, "id": "a"},
        {"text": ARTICLE.replace("bridge", "tunnel"), "url": "https://news.example.com/2024/x"},
        {"text": ARTICLE.replace("bridge", "canal"), "url": "https://example.org/1"},
        {"text": ARTICLE.replace("bridge", "port"), "url": "https://example.net/1"},
    ]
    folder = corpus(
        {
            "rows.jsonl": "\n".join(map(json.dumps, rows)),
            "pressmark.toml": '[withhold]\nids = ["a"]\ndomains = ["example.com"]\n'
            'urls = ["https://example.org/1"]\n',
        }
    )
    manifest = build_ok(folder, tmp_path / "out")
    assert manifest["counts"]["rejects"] == {"WITHHELD": 3}  # type: ignore[index]


@pytest.mark.parametrize("name", ["Valley Post", "münchen.de", "xn--mnchen-3ya.de"])
def test_a_publisher_is_withheld_by_any_of_its_names(
    corpus: Corpus, tmp_path: Path, name: str
) -> None:
    """Also by a name that is not the source, since a domain is declared, too."""
    kept = {"text": ARTICLE[:150], "url": "https://example.org/x"}
    address = "https://xn--mnchen-3ya.de/x" if name == "münchen.de" else "https://münchen.de/x"
    rows = [{"text": ARTICLE, "url": address, "publisher": "Valley Post"}, kept]
    files = {"rows.jsonl": "\n".join(map(json.dumps, rows))}
    first = build_ok(corpus(files), tmp_path / "first")
    assert first["counts"]["total"]["published"] == 2  # type: ignore[index]
    files["pressmark.toml"] = f'version = "1.1.0"\n[withhold]\ndomains = ["{name}"]'
    for options in ((), ("--since", tmp_path / "first")):
        manifest = build_ok(corpus(files), tmp_path / "out", *options)
        assert manifest["counts"]["rejects"] == {"WITHHELD": 1}  # type: ignore[index]
        assert not [item for item in manifest["warnings"] if "withhold" in item]  # type: ignore[attr-defined]


@pytest.mark.parametrize("domain", ["Example.org", "www.example.org", "example.org"])
def test_a_domain_is_withheld_however_it_is_spelt(
    corpus: Corpus, tmp_path: Path, domain: str
) -> None:
    rows = [{"text": ARTICLE, "url": "https://www.example.org/x"}, {"text": ARTICLE[:150]}]
    toml = f'[withhold]\ndomains = ["{domain}"]'
    folder = corpus({"rows.jsonl": "\n".join(map(json.dumps, rows)), "pressmark.toml": toml})
    manifest = build_ok(folder, tmp_path / "out")
    assert manifest["counts"]["rejects"] == {"WITHHELD": 1}  # type: ignore[index]
