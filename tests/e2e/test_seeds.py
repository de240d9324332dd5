"""The five seeds, from raw text to a loaded data set, as an editor would have them."""

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from builder.verify import verify
from schema import rebuild_raw
from tests.conftest import ROOT, SEEDS, build_seeds

PREFIXES = {
    "66976a8785158790": "000",
    "8c9fb9d69879280a": "001",
    "9e544086dded0735": "002",
    "6106b01ac0fdc2de": "003",
    "2c3aa320740fe74b": "004",
}

#: First and last words of what an editor keeps of each seed.
BODIES = {
    "000": (
        "Lors d'une rencontre inédite",
        "un axe politique et économique plus large autour d'Israël.",
    ),
    "001": ("Le Kazakhstan a officiellement rejoint", "se rendre à Washington le 18 novembre."),
    "002": ("Le Kazakhstan adhère aux Accords d'Abraham lors", "dans les processus mondiaux."),
    "003": ("Trump renforce son offensive diplomatique", "et à quel prix politique."),
    "004": (
        "Le 16 janvier 2018, le président américain",
        "primauté de la législation et des droits",
    ),
}

#: What must be gone from each seed.
GONE = {
    "000": (
        "liveblog",
        "newsletter",
        "Veuillez",
        "Commentaires",
        "YouTube",
        "Abonnez",
        "Gratuite",
        "Chaque matin",
    ),
    "001": ("date 2025",),
    "002": (
        "Édité par",
        "Sources",
        "News18",
        "Abraham Accords",
        "Avez-vous trouvé",
        "Nous étudierons",
    ),
    "003": ("14:45", "15:15", "Suivez-nous"),
    "004": ("80 %", "Abonnez", "S’abonner", "Se connecter", "Grâce à vos", "correspondants"),
}


def articles(folder: Path) -> dict[str, dict[str, object]]:
    rows = [
        {**row, "split": path.name.partition("-")[0]}
        for path in sorted(folder.glob("data/fr/*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    return {str(row["origin"]["path"])[:3]: row for row in rows}


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_all_five_are_published_in_french(seeds: Path) -> None:
    manifest = json.loads((seeds / "manifest.json").read_text())
    assert manifest["counts"]["total"] == {"read": 5, "published": 5, "rejected": 0}
    assert manifest["counts"]["splits"] == {"test": 1, "train": 3, "validation": 1}
    assert {row["language"] for row in articles(seeds).values()} == {"fr"}


@pytest.mark.parametrize("seed", sorted(BODIES))
def test_headline_and_body_are_kept_to_the_letter(seeds: Path, seed: str) -> None:
    raw = next(SEEDS.glob(f"{seed}_*.txt")).read_text()
    first, last = BODIES[seed]
    wanted = raw[raw.index(first) : raw.rindex(last) + len(last)]
    for name in GONE[seed]:  # what stands between headline and body
        wanted = "\n".join(line for line in wanted.split("\n") if name not in line)
    text = str(articles(seeds)[seed]["text"])
    assert " ".join(wanted.split()) in " ".join(text.split())


@pytest.mark.parametrize("seed", sorted(GONE))
def test_what_is_no_article_is_gone(seeds: Path, seed: str) -> None:
    text = str(articles(seeds)[seed]["text"])
    assert [phrase for phrase in GONE[seed] if phrase in text] == []


@pytest.mark.parametrize("seed", sorted(BODIES))
def test_nothing_stands_before_or_behind_the_article(seeds: Path, seed: str) -> None:
    text = str(articles(seeds)[seed]["text"])
    first, last = BODIES[seed]
    assert text.startswith(first)
    assert text.rstrip(" .").endswith(last.rstrip(" ."))


def test_the_line_breaks_of_the_input_are_kept(seeds: Path) -> None:
    rows = articles(seeds)
    assert "\n" not in str(rows["000"]["text"])
    assert str(rows["001"]["text"]).count("\n") == 7
    assert "\n\n" not in "".join(str(row["text"]) for row in rows.values())


def test_only_the_declared_date_is_a_date(seeds: Path) -> None:
    rows = articles(seeds)
    dates = {seed: (str(row["date"]), row["date_basis"]) for seed, row in rows.items()}
    assert dates == {
        "000": ("None", None),
        "001": ("2025-11-07", "header"),
        "002": ("None", None),
        "003": ("None", None),
        "004": ("None", None),
    }
    mentions = {
        seed: {str(hint["value"]) for hint in rows[seed]["date_hints"] if hint["kind"] == "mention"}
        for seed in ("002", "004")
    }
    assert mentions == {"002": {"2025-11-06"}, "004": {"2018-01-16"}}


def test_the_sources_are_hinted_with_their_place(seeds: Path) -> None:
    found = {
        (seed, hint["kind"], hint["value"])
        for seed, row in articles(seeds).items()
        for hint in row["source_hints"]
    }
    assert {
        ("000", "publisher", "Tunisie Numérique"),
        ("002", "editor", "Татьяна Гуринович"),
        ("002", "cited_source", "News18"),
        ("004", "publisher", "Novastan"),
        ("004", "original_source", "Central Asian News Network"),
    } <= found
    cited = [value for seed, kind, value in found if (seed, kind) == ("002", "cited_source")]
    assert len(cited) == 6


def test_flags_say_what_to_know(seeds: Path) -> None:
    flags = {seed: set(row["flags"]) for seed, row in articles(seeds).items()}
    assert flags["000"] >= {"liveblog"}
    assert flags["004"] >= {"truncated", "paywalled", "translation"}
    assert flags["001"] == set()


def test_ids_are_the_hash_of_the_raw_text_that_the_receipt_rebuilds(seeds: Path) -> None:
    removed = {
        row["id"]: row["removed"]
        for path in seeds.glob("audit/*.parquet")
        for row in pq.read_table(path).to_pylist()
    }
    for row in articles(seeds).values():
        raw = rebuild_raw(str(row["text"]), removed[row["id"]])
        assert hashlib.sha256(raw.encode()).hexdigest()[:32] == row["id"]


def test_verify_finds_nothing(seeds: Path) -> None:
    assert verify(seeds, engines="all") == []


def test_building_twice_gives_the_same_bytes(seeds: Path, tmp_path: Path) -> None:
    build_seeds(tmp_path / "other")
    assert tree(tmp_path / "other") == tree(seeds)


def test_the_order_and_the_names_of_files_do_not_change_ids(seeds: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "renamed"
    renamed.mkdir()
    for number, path in enumerate(sorted(SEEDS.glob("*.txt"), reverse=True)):
        shutil.copy(path, renamed / f"{number}.txt")
    from builder.config import BuildConfig
    from builder.pipeline import BuildRequest, build

    build(BuildRequest(renamed, tmp_path / "out", BuildConfig(), renamed))
    ids = {row["id"] for row in articles(tmp_path / "out").values()}
    assert ids == {row["id"] for row in articles(seeds).values()}


def test_the_repository_card_is_the_card_of_the_seeds(seeds: Path) -> None:
    assert (ROOT / "DATASET_CARD.md").read_text() == (seeds / "README.md").read_text()
