"""The record stages lose no article, whatever a stage does to one of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builder.batch import process_batch
from builder.config import BuildConfig
from builder.receipts import Cleaned
from builder.text.clean import Removed
from builder.text.entities import NoneTagger, TaggedSpan
from builder.tools import make_tools
from builder.work import Carried, Tools
from schema.article import CleanArticle, Origin, RawArticle
from schema.hints import LanguageGuess
from schema.reject import Outcome, Reject, RejectCode
from schema.terms import Flag

TEXTS = (
    "Die Stadt baut eine neue Brücke über den Fluss, sagte die Bürgermeisterin am Montag.",
    "Le conseil municipal a voté le budget de la ville de Lyon, a annoncé Anne Martin.",
    "The council of Dublin met on Monday to talk about the new bridge over the river.",
)


@pytest.fixture(scope="module")
def tools() -> Tools:
    return make_tools(BuildConfig())


def outcomes_of(batch: Sequence[RawArticle], tools: Tools) -> list[Outcome | Carried]:
    """Send articles through the record stages; their receipts as models."""
    return [
        result.article.model_copy(update={"removed": result.receipt.models()})
        if isinstance(result, Cleaned)
        else result
        for result in process_batch(batch, tools)
    ]


def raw(text: str, **declared: Any) -> RawArticle:
    return RawArticle(origin=Origin(path="a.txt", record=0), text=text, **declared)


class Fails:
    """A tagger that fails on one text, whatever stands beside it."""

    name = "fails"
    version = "1"
    labels = frozenset({"PER"})

    def __init__(self, word: str) -> None:
        self.word = word

    def supports(self, language: str) -> bool:
        return language != "und"

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        del languages
        if any(self.word in text for text in texts):
            raise ValueError(f"cannot read {self.word}")
        return [[] for _ in texts]


class Lies(NoneTagger):
    """A tagger that returns a span outside of the text."""

    def supports(self, language: str) -> bool:
        return language != "und"

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        del languages
        return [[TaggedSpan(0, len(text) + 5, "PER", 0.5)] for text in texts]


def test_outcomes_come_in_the_order_of_the_input(tools: Tools) -> None:
    outcomes = outcomes_of([raw(TEXTS[0]), raw(" "), raw(TEXTS[1]), raw(TEXTS[2])], tools)
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [CleanArticle, Reject, CleanArticle, CleanArticle]
    assert [o.language for o in outcomes if isinstance(o, CleanArticle)] == ["de", "fr", "en"]


def test_results_do_not_depend_on_the_batch(tools: Tools) -> None:
    """Also not on texts in other scripts beside it, which are read as one with it."""
    pages = sorted((Path(__file__).parents[1] / "golden/cues").glob("*.txt"))
    articles = [raw(text) for text in (*TEXTS, "Tags:Uncategorized\n1 Comment", "速報", "。")]
    articles += [raw(page.read_text(encoding="utf-8")) for page in pages]
    alone = [outcomes_of([article], tools)[0] for article in articles]
    assert outcomes_of(articles, tools) == alone
    assert outcomes_of(articles[::-1], tools)[::-1] == alone


def test_a_stage_that_fails_costs_only_its_article(tools: Tools) -> None:
    class Stumbles:
        name = "stumbles"
        version = "1"

        def identify(self, text: str) -> LanguageGuess:
            if "Lyon" in text:
                raise ValueError("cannot read Lyon")
            return tools.identifier.identify(text)

    stumbling = replace(tools, identifier=Stumbles())
    outcomes = outcomes_of([raw(text) for text in TEXTS], stumbling)
    assert [outcome.origin_id for outcome in outcomes if isinstance(outcome, Reject)] == [None]
    failed = outcomes[1]
    assert isinstance(failed, Reject)
    assert failed.code is RejectCode.STAGE_FAILED
    assert failed.id
    assert "cannot read Lyon" in failed.message


@pytest.mark.parametrize("tagger", [Fails("Lyon"), Lies()])
def test_a_tagger_that_fails_costs_only_its_article(tools: Tools, tagger: Any) -> None:
    outcomes = outcomes_of(
        [raw(text) for text in TEXTS], replace(tools, taggers={"default": tagger})
    )
    failed = [outcome for outcome in outcomes if isinstance(outcome, Reject)]
    assert {outcome.code for outcome in failed} == {RejectCode.STAGE_FAILED}
    assert len(failed) == (1 if isinstance(tagger, Fails) else 3)
    assert "Traceback" in failed[0].message


def test_a_language_that_no_tagger_claims_is_flagged(tools: Tools) -> None:
    article = raw("Бул макалада шаардын жаңы көпүрөсү тууралуу айтылат, деди мэр дүйшөмбү күнү.")
    outcome = outcomes_of([article], replace(tools, taggers={"default": Fails("x")}))[0]
    assert isinstance(outcome, CleanArticle)
    assert ("entities_unsupported" in outcome.flags) == (outcome.language == "und")


def test_declared_values_become_evidence(tools: Tools) -> None:
    outcome = outcomes_of(
        [
            raw(
                TEXTS[2],
                url="https://www.news.example.co.uk/2024/03/05/bridge",
                date="2024-03-05T10:00:00Z",
                title="  A new\nbridge ",
                authors=("Mary Jones",),
                publisher="The Example",
            )
        ],
        tools,
    )[0]
    assert isinstance(outcome, CleanArticle)
    assert str(outcome.date) == "2024-03-05"
    assert outcome.date_basis == "metadata"
    assert outcome.title == "A new bridge"
    assert outcome.source == "example.co.uk"
    kinds = {(hint.kind.value, hint.value) for hint in outcome.source_hints}
    assert {("author", "Mary Jones"), ("publisher", "The Example")} <= kinds


def test_articles_without_a_tagger_are_refused_if_the_configuration_says_so(tools: Tools) -> None:
    """Also the flag that says so of a language is one that articles can be rejected for."""
    strict = replace(
        tools,
        taggers={"default": Fails("nothing"), "de": NoneTagger()},
        reject_flags=frozenset({Flag.ENTITIES_UNSUPPORTED}),
    )
    german, french, _ = outcomes_of([raw(text) for text in TEXTS], strict)
    assert isinstance(german, Reject)
    assert (german.code, german.message) == (RejectCode.NOT_ARTICLE, "flagged entities_unsupported")
    assert isinstance(french, CleanArticle)


@pytest.mark.parametrize(
    ("text", "removed", "error"),
    [
        ("A  text.", Removed([], [], []), "no two in a row"),
        ("A text. ", Removed([], [], []), "no white space at its ends"),
        ("A\x07text.", Removed([], [], []), "no control characters"),
        ("A text.", Removed([4], [4], [("space",)]), "at least 1 character"),
        ("A text.", Removed([4], [999], [("space",)]), "text must be as long as its span"),
        ("A text.", Removed([-2], [3], [("space",)]), "greater than or equal to 0"),
        ("A text.", Removed([4, 7], [5, 9], [("space",), ()]), "at least 1 item"),
    ],
)
def test_what_breaks_the_contract_becomes_no_article(
    tools: Tools, monkeypatch: pytest.MonkeyPatch, text: str, removed: Removed, error: str
) -> None:
    """Whoever checks texts and receipts in less time finds what their models find."""

    def clean(texts: Sequence[str], *_: Any) -> list[tuple[str, Removed]]:
        wrong = text, removed
        return [wrong if "Lyon" in one else (one, Removed([], [], [])) for one in texts]

    monkeypatch.setattr("builder.batch.clean_texts", clean)
    outcomes = outcomes_of([raw(text) for text in TEXTS], tools)
    failed = outcomes[1]
    assert isinstance(failed, Reject)
    assert failed.code is RejectCode.STAGE_FAILED
    assert error in failed.message
    assert all(isinstance(outcome, CleanArticle) for outcome in (outcomes[0], outcomes[2]))
