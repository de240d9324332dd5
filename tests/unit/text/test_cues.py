"""Cues remove what a page says of itself, and never the news."""

import re
from pathlib import Path

import pytest

from builder.errors import ConfigError
from builder.text.clean import remove_spans
from builder.text.cue_rules import CueRules, load_cues, make_cues
from builder.text.cues import cue_proposals, find_cues, propose_cues
from builder.text.folding import fold
from builder.text.phrases import PhraseError, parse_phrase

RULES = Path(__file__).parents[3] / "builder" / "text" / "rules"


@pytest.fixture(scope="module")
def rules() -> CueRules:
    return load_cues(RULES)


def kept(text: str, rules: CueRules, language: str = "und") -> str:
    return remove_spans(text, propose_cues(text, language, rules))[0]


PROSE = [
    # a cue phrase inside prose
    "Le ministre a invité les lecteurs à s'abonner à la newsletter du gouvernement.",
    "The company asked users to subscribe to its newsletter and follow it on Twitter.",
    "Die Partei bat ihre Mitglieder, den Newsletter zu abonnieren und ihr auf Facebook zu folgen.",
    "El partido pidió a sus votantes que se suscribieran al boletín.",
    "Il sindaco ha chiesto di iscriversi alla newsletter del comune.",
    "Редакция попросила читателей подписаться на рассылку, сообщил её представитель.",
    # quotations
    "« Abonnez-vous à notre newsletter ! », a lancé le maire aux habitants.",
    '"Follow us on Facebook," read the sign above the door.',
    "„Abonnieren Sie unseren Newsletter“, rief er in die Menge.",
    "“Share this article,” she wrote.",
    "«Подписывайтесь на наш канал в Telegram», — сказал он.",
    # subheads and short facts
    "Une région convoitée",
    "By land and by sea",
    "Von Gott und der Welt",
    "More than 100 people were hurt.",
    "Read the room",
    "Share of the vote",
    "Comment le village a survécu",
    "Facebook",
    "Sources of the Nile",
    "Source de vie",
    "Photo finish in Monaco",
    "Follow the money",
    "Live from the moon",
    "文化新闻节在北京开幕。",
    "记者节快乐",
    # facts, recipes, results
    "500 g de farine\n3 œufs\n20 cl de lait",
    "1. Lina Orval 2:25:10\n2. Maud Sirel 2:25:11",
    "08:10 harbour office opens\n09:00 first ferry\n14:30 second ferry\n15:00 third\n16:00 last",
    "Paris - Lyon 2-1\nNice - Lens 0-0\nBrest - Metz 3-2",
]


@pytest.mark.parametrize("sentence", PROSE)
def test_prose_stays(sentence: str, rules: CueRules) -> None:
    """Nothing of a text that is news is removed, alone or between paragraphs."""
    around = (
        "Une phrase assez longue pour être de la prose, avec un point final et du contexte autour."
    )
    for text in (sentence, f"{around * 2}\n{sentence}\n{around * 2}"):
        for language in ("und", "fr", "en", "de", "ru"):
            assert kept(text, rules, language) == text


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Abonnez-vous à notre newsletter", "cue.newsletter"),
        ("Sign up for our free daily newsletter", "cue.newsletter"),
        ("Iscriviti alla newsletter", "cue.newsletter"),
        ("Zapisz się na newsletter", "cue.newsletter"),
        ("The liveblog has ended.", "cue.liveblog"),
        ("Vous avez encore 80 % de cet article à découvrir !", "cue.truncated"),
        ("Déjà abonné ? Se connecter", "cue.paywall"),
        ("Already a subscriber? Log in", "cue.paywall"),
        ("Bereits Abonnent?", "cue.paywall"),
        ("Partager sur Facebook", "cue.share"),
        ("Compartir en Facebook", "cue.share"),
        ("Folgen Sie uns auf Facebook", "cue.social"),
        ("Подписывайтесь на наш канал в Telegram", "cue.social"),
        ("Bizi takip edin", "cue.social"),
        ("Laisser un commentaire", "cue.comment"),
        ("Γράψτε ένα σχόλιο", "cue.comment"),
        ("ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ", "cue.related"),
        ("Lees ook: De brug blijft dicht", "cue.related"),
        ("اقرأ أيضا", "cue.related"),
        ("無断転載を禁じます", "cue.copyright"),
        ("© 2024 Le Courrier. Tous droits réservés.", "cue.copyright"),
        ("责任编辑：李华", "cue.byline"),
        ("Автор: Анна Лебедева", "cue.byline"),
        ("Édité par : Anna Lebed", "cue.byline"),
        ("Par Jean Dupont", "cue.byline"),
        ("Publié le 7 novembre 2025 à 14:30", "cue.date_header"),
        ("Last updated: 7 November 2025", "cue.date_header"),
        ("Lesezeit: 4 Minuten", "cue.reading_time"),
        ("Foto: Anna Roth", "cue.photo"),
        ("Publicidade", "cue.ad"),
        ("관련기사", "cue.related"),
        ("Жарнама", "cue.ad"),
        ("Знайшли помилку?", "cue.correction"),
        ("Nous utilisons des cookies pour mesurer l'audience.", "cue.cookie"),
    ],
)
def test_cue_line_goes(line: str, rule: str, rules: CueRules) -> None:
    """A line that is a cue goes, whatever the language of the article, with its rule named."""
    text = f"Un paragraphe de prose.\n{line}\nUn autre paragraphe."
    proposals = propose_cues(text, "und", rules)
    assert rule in {proposal.rule for proposal in proposals}
    assert remove_spans(text, proposals)[0] == "Un paragraphe de prose.\nUn autre paragraphe."


def test_header_glued_to_the_first_sentence_goes_alone(rules: CueRules) -> None:
    text = " date 2025-11-07 Le Valmont a fêté ses mille ans."
    assert kept(text, rules, "fr") == "Le Valmont a fêté ses mille ans."


def test_prompt_glued_between_sentences_goes_alone(rules: CueRules) -> None:
    text = "La halle rouvrira. Suivez-nous sur Facebook Le chantier commence en mars."
    assert kept(text, rules, "fr") == "La halle rouvrira. Le chantier commence en mars."


def test_single_words_go_only_in_a_bar(rules: CueRules) -> None:
    assert kept("Facebook\nUn sous-titre", rules) == "Facebook\nUn sous-titre"
    assert kept("Facebook\nTwitter\nWhatsApp\nUn paragraphe.", rules) == "Un paragraphe."


def test_headline_under_a_section_name_stays(rules: CueRules) -> None:
    text = "Derniers articles\nLe pont est ouvert\n" + "Le pont sur la Vire a été ouvert hier. " * 5
    assert "Le pont est ouvert" in kept(text, rules, "fr")


def test_sources_need_a_list(rules: CueRules) -> None:
    """A subhead `Sources` above prose stays; above a list, both go."""
    prose = "Sources\nLes sources du fleuve sont à sec depuis le mois de juin, dit la météo."
    assert kept(prose, rules, "fr") == prose
    hits = find_cues("Texte.\nSources\n• Journal\n• Archives", "fr", rules)
    assert [hit.value for hit in hits if hit.hint == "cited_source"] == [(17, 24), (27, 35)]


def test_only_binds_a_cue_to_its_language() -> None:
    files = {"fr.toml": _file('only = true\nwhere = "whole"\nphrases = ["bonne lecture"]')}
    rules = make_cues(files)
    assert kept("A.\nBonne lecture", rules, "fr-CA") == "A."
    assert kept("A.\nBonne lecture", rules, "en") == "A.\nBonne lecture"


def test_proposals_do_not_repeat_and_are_sorted(rules: CueRules) -> None:
    text = (Path(__file__).parents[2] / "golden/cues/en-lines.txt").read_text(encoding="utf-8")
    proposals = cue_proposals(find_cues(text, "en", rules))
    assert proposals == sorted(set(proposals))
    assert all(0 <= one.start < one.end <= len(text) for one in proposals)


def _file(cue: str, language: str = "fr") -> str:
    return f'language = "{language}"\n[[cue]]\nclass = "newsletter"\n{cue}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("language = 7", "fr.toml: `language` must be a language tag"),
        ("language = 'fr'\nx = 1", "fr.toml: unknown key 'x'"),
        ("language = ", "fr.toml: not TOML"),
        (_file('where = "here"\nphrases = ["a b"]'), "cue 1 (newsletter): unknown `where` 'here'"),
        (_file('where = "whole"'), "`phrases` must be a list"),
        (_file('where = "whole"\nphrases = ["(a|b"]'), "phrase '(a|b': '(' is never closed"),
        (_file('where = "whole"\nphrases = ["a {nam}"]'), "unknown placeholder {nam}"),
        (_file('where = "whole"\nphrases = ["a?"]'), "'?' is no operator"),
        (_file('where = "whole"\nphrases = ["[a] #"]'), "no word of it is certain"),
        (_file('where = "whole"\nphrases = ["a"]\nhint = "author"'), "a hint needs a {name}"),
        (_file('where = "whole"\nphrases = ["a"]\nmax_chars = 0'), "`max_chars` must be a number"),
        (_file('where = "whole"\nphrases = ["a"]\nonly = "yes"'), "`only` must be true or false"),
        ('language = "fr"\n[[cue]]\nclass = "news"', "unknown `class` 'news'"),
    ],
)
def test_broken_rules_name_file_cue_and_phrase(content: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_cues({"fr.toml": content})
    assert message in str(caught.value)
    assert "fr.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("phrase", "text", "matches"),
    [
        ("sign up", "Sign  up", True),
        ("sign up", "Sign-up", True),
        ("sign up", "sign\nup", False),
        ("l'article", "L’article", True),
        ("(a|the big) cat", "the big cat", True),
        ("[free] cat", "cat", True),
        ("don* now", "donate now", True),
        ("you have # left", "you have 1.200 left", True),
        ("follow ... today", "follow all of us today", True),
        ("author : {name}", "author Jane", False),
        ("author : {name}", "Author: Jane", True),
        ("文 : {name}", "文化新闻", False),
        ("文 : {name}", "文／山本", True),
        ("posted {date}", "Posted 12 March 2024 at 10:20", True),
    ],
)
def test_phrases_match(phrase: str, text: str, matches: bool) -> None:
    pattern = parse_phrase(phrase).phrase.pattern
    assert (re.fullmatch(pattern, fold(text)) is not None) is matches


def test_phrase_without_a_bracket_is_refused() -> None:
    with pytest.raises(PhraseError, match="without its opening bracket"):
        parse_phrase("a) b")


def test_fold_keeps_every_place() -> None:
    text = "İstanbul’da Σίσυφος Ёлка ß Ǆ ｎ…"
    assert len(fold(text)) == len(text)


HOSTILE = [
    "share " * 170_000,
    "abonnez vous à la " * 60_000,
    "a" * 1_000_000,
    "(" * 1_000_000,
    "« abonnez-vous " * 70_000,
    "12:30 " * 170_000,
    "12:30\n" * 170_000,
    "date 2025-11-07 " * 60_000,
    "By " + "A " * 500_000,
    "sign up to get " * 70_000,
    "分享" * 400_000,
    "Facebook Twitter " * 60_000,
]


@pytest.mark.parametrize("chars", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:16])
def test_hostile_text_comes_to_an_end(text: str, chars: int, rules: CueRules) -> None:
    """Long hostile lines are searched to their end, and what is found lies in them."""
    text = text[:chars]
    cues = find_cues(text, "fr", rules)
    assert all(0 <= cue.start < cue.end <= len(text) for cue in cues)
