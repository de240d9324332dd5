"""Language: samples, votes, abstention, scripts, and what a declared language may do."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.language import (
    SUPPORTED_TAGS,
    LanguageSampling,
    assess_language,
    assess_languages,
    canonical_tag,
)
from builder.text.language_codes import FAMILY, SECOND_LOOK
from builder.text.language_model import SURE, Py3LangId, load_py3langid
from schema.article import LANGUAGE_PATTERN
from schema.hints import LanguageGuess
from schema.terms import Flag

FRENCH = (
    "Le conseil municipal a adopté hier soir le budget de la ville pour l’année prochaine. "
    "Les élus de l’opposition regrettent la hausse des tarifs de la cantine et des transports. "
)
ENGLISH = (
    "The city council adopted the budget for the coming year last night after a long debate. "
    "Members of the opposition regret that fares and school meals will become more expensive. "
)
BY_LANGUAGE = {
    "fr": FRENCH,
    "en": ENGLISH,
    "de": "Der Gemeinderat hat gestern Abend den Haushalt für das kommende Jahr beschlossen.",
    "ru": "Городской совет вчера вечером принял бюджет города на следующий год.",
    "uk": "Міська рада вчора ввечері ухвалила бюджет міста на наступний рік.",
    "kk": "Қалалық мәслихат кеше кешке келесі жылға арналған бюджетті қабылдады.",
    "ar": "أقر مجلس المدينة مساء أمس ميزانية المدينة للعام المقبل بعد نقاش طويل.",
    "ja": "市議会は昨夜、長い議論の末に来年度の市の予算案を可決した。",
    "ko": "시의회는 어젯밤 긴 토론 끝에 내년도 시 예산안을 통과시켰다고 밝혔다.",
    "zh-Hans": "市议会昨天晚上经过长时间讨论，通过了明年的城市预算，反对党对此表示遗憾。",
    "zh-Hant": "市議會昨天晚上經過長時間討論，通過了明年的城市預算，反對黨對此表示遺憾。",
    "sr-Cyrl": "Градско веће је синоћ усвојило буџет града за наредну годину, саопштено је данас.",
    "el": "Το δημοτικό συμβούλιο ενέκρινε χθες το βράδυ τον προϋπολογισμό του επόμενου έτους.",
}


@pytest.fixture(scope="module")
def default() -> Py3LangId:
    """Return the shipped identifier, loaded once."""
    return load_py3langid()


@dataclass
class Spy:
    """An identifier that knows two words and counts what it reads."""

    name: str = "spy"
    version: str = "1"
    read: list[str] = field(default_factory=list)

    def identify(self, text: str) -> LanguageGuess:
        """Call a passage by the word that is most frequent in it."""
        self.read.append(text)
        counts = {tag: text.count(word) for word, tag in (("alpha", "en"), ("omega", "el"))}
        tag = max(counts, key=lambda known: counts[known])
        return LanguageGuess(tag=tag if counts[tag] else "und", score=0.9 if counts[tag] else 0.1)


@pytest.mark.parametrize("tag", BY_LANGUAGE)
def test_the_default_knows_a_sentence_of_each_language(tag: str, default: Py3LangId) -> None:
    """One or two sentences suffice, and zh and sr carry the script of their characters."""
    decision = assess_language(BY_LANGUAGE[tag], None, default)
    assert decision.tag == tag
    assert decision.flags == ()
    assert decision.score == round(decision.score, 3) >= 0.55


def test_too_few_letters_are_no_language(default: Py3LangId) -> None:
    """Digits, times and nineteen letters are `und`, with the reason."""
    decision = assess_language("14:45 - 14:30 – 13.45 " * 50 + "Bonjour", "fr", default)
    assert (decision.tag, decision.score, decision.reason) == ("und", 0.0, "short")
    assert decision.flags == (Flag.LANGUAGE_UNCERTAIN,)
    assert decision.declared == "fr"


def test_a_sentence_in_a_long_table_is_found_or_not(default: Py3LangId) -> None:
    """Samples without letters tell nothing: passages are read, and the answer may be `und`."""
    assert assess_language("12 " * 200_000 + ENGLISH, None, default).tag == "en"
    missed = assess_language("12 " * 6_000 + ENGLISH + "12 " * 200_000, None, default)
    assert (missed.tag, missed.score, missed.reason) == ("und", 0.0, "no_language")


def test_an_unsure_identifier_abstains() -> None:
    """Below the threshold the answer is `und`, and the score still tells how unsure it was."""
    decision = assess_language("quelques mots que personne ne connaît", None, Spy())
    assert (decision.tag, decision.reason) == ("und", "no_language")
    assert Flag.LANGUAGE_UNCERTAIN in decision.flags


def test_a_long_text_is_read_in_three_small_samples() -> None:
    """Where the samples agree, nothing else is read."""
    spy = Spy()
    assert assess_language("alpha beta gamma " * 10_000, None, spy).tag == "en"
    assert len(spy.read) == 3
    assert sum(map(len, spy.read)) <= 3 * LanguageSampling().sample_chars


def test_a_foreign_list_of_sources_does_not_decide(default: Py3LangId) -> None:
    """A French article with an English list at its end is French, and not mixed."""
    decision = assess_language(FRENCH * 12 + "\nSources\n" + ENGLISH * 2, None, default)
    assert decision.tag == "fr"
    assert Flag.MIXED_LANGUAGE not in decision.flags


def test_a_quoted_paragraph_at_the_start_does_not_decide(default: Py3LangId) -> None:
    """The same holds for a quotation that opens the article."""
    decision = assess_language(ENGLISH * 2 + "\n" + FRENCH * 12, None, default)
    assert decision.tag == "fr"


def test_a_really_mixed_article_is_flagged(default: Py3LangId) -> None:
    """Two thirds French, one third English: French, and flagged."""
    decision = assess_language(FRENCH * 8 + "\n" + ENGLISH * 4, None, default)
    assert decision.tag == "fr"
    assert Flag.MIXED_LANGUAGE in decision.flags
    assert decision.score < 0.8


def test_close_kin_are_no_mixture(default: Py3LangId) -> None:
    """Croatian that looks Bosnian in places is not a mixed article."""
    croatian = (
        "Gradsko vijeće sinoć je usvojilo proračun grada za sljedeću godinu nakon duge rasprave. "
        "Oporba žali zbog poskupljenja prijevoza i prehrane u školama, priopćeno je u srijedu. "
    )
    assert Flag.MIXED_LANGUAGE not in assess_language(croatian * 10, None, default).flags


@pytest.mark.parametrize(
    ("declared", "text", "conflict"),
    [
        ("fr", FRENCH, False),
        ("fr_FR", FRENCH, False),
        ("FR-ca", FRENCH, False),
        ("en", FRENCH, True),
        ("français", FRENCH, False),
        ("und", FRENCH, False),
        ("", FRENCH, False),
        ("zh-TW", BY_LANGUAGE["zh-Hant"], False),
        ("zh-CN", BY_LANGUAGE["zh-Hant"], True),
        ("zh", BY_LANGUAGE["zh-Hant"], False),
        ("zh-yue", BY_LANGUAGE["zh-Hant"], False),
        ("sh", BY_LANGUAGE["sr-Cyrl"], False),
        ("prs", "شورای شهر دیشب پس از بحثی طولانی بودجه سال آینده شهر را تصویب کرد.", False),
        ("sr-Latn", BY_LANGUAGE["sr-Cyrl"], True),
    ],
)
def test_a_declared_language_is_evidence_only(
    declared: str, text: str, conflict: bool, default: Py3LangId
) -> None:
    """It never changes the answer; a disagreement is a flag."""
    decision = assess_language(text, declared, default)
    assert decision.tag == assess_language(text, None, default).tag
    assert (Flag.LANGUAGE_CONFLICT in decision.flags) is conflict


@given(st.text(max_size=3000), st.none() | st.text(max_size=12))
def test_any_text_has_a_decision(text: str, declared: str | None) -> None:
    """Hostile text and nonsense in the declaration raise nothing."""
    decision = assess_language(text, declared, Spy())
    assert 0.0 <= decision.score <= 1.0
    assert decision.score == round(decision.score, 3)
    assert list(decision.flags) == sorted(decision.flags)


def test_all_tags_of_the_model_have_a_place_in_the_table(default: Py3LangId) -> None:
    """The table of supported tags is neither short nor long, and fits the schema."""
    import re

    labels = {canonical_tag(tag) for tag in default._labels} - {"und"}
    assert labels == {tag.split("-")[0] for tag in SUPPORTED_TAGS}
    assert all(re.fullmatch(LANGUAGE_PATTERN, tag) for tag in SUPPORTED_TAGS)


def test_the_decision_depends_on_the_text_alone(default: Py3LangId) -> None:
    """No state is kept from one article to the next."""
    alone = assess_language(FRENCH, None, default)
    for text in BY_LANGUAGE.values():
        assess_language(text, None, default)
    assert assess_language(FRENCH, None, default) == alone


@pytest.mark.parametrize("unit", ["a", "a ", "中", "1 ", "\n", "क्", "alpha omega "])
def test_a_megabyte_line_comes_to_an_end(unit: str, default: Py3LangId) -> None:
    """An endless line gets an answer like any other."""
    verdict = assess_language(unit * (1_000_000 // len(unit)), None, default)
    assert 0 <= verdict.score <= 1


def test_the_default_answers_as_its_package_does(default: Py3LangId) -> None:
    """The automaton of many passages and the one of a single passage say what py3langid says."""
    from py3langid import langid

    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    model.set_languages(sorted(set(default._labels)))

    def answer(text: str) -> LanguageGuess:
        tag, score = model.classify(text)
        if score < SURE and tag in SECOND_LOOK:
            ranked = model.rank(text)
            score = sum(part for known, part in ranked if FAMILY.get(known) == FAMILY[tag])
        return LanguageGuess(tag=canonical_tag(tag), score=round(min(1.0, float(score)), 3))

    texts = ["", "?", "a", "\ud800 ok", "ТЕКСТ ЗАГЛАВНЫМИ", "Cafe\u0301", "𠀋🙂"]
    texts += [text[:size] for text in BY_LANGUAGE.values() for size in (3, 9, 30, 80, 500)]
    texts.append("\n".join(BY_LANGUAGE.values()) * 3)
    expected = [answer(text) for text in texts]
    assert default.identify_all(texts) == expected
    assert [default.identify(text) for text in texts] == expected
    assert default.identify_all([]) == []


def test_many_texts_are_assessed_as_each_alone(default: Py3LangId) -> None:
    """Texts that need one reading, several or none do not disturb each other."""
    texts = [*BY_LANGUAGE.values(), "", "12:30", FRENCH * 12 + ENGLISH * 12, "dobro jutro " * 40]
    declared = ["en"] * len(texts)
    alone = [assess_language(text, "en", default) for text in texts]
    assert assess_languages(texts, declared, default) == alone
    assert assess_languages(texts, declared, Spy()) == [
        assess_language(text, "en", Spy()) for text in texts
    ]
