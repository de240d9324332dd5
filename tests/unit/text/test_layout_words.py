"""Words are counted by topic, whatever their case, script or ending."""

from pathlib import Path

import pytest

import builder.text
from builder.text.layout_features import describe_segments
from builder.text.layout_words import TOPICS, load_lexicon
from builder.text.segments import segment

WORDS = Path(builder.text.__file__).parent / "rules" / "layout" / "words.toml"

FIRST_TOPIC = 55
"""Its place among the features."""

LEXICON = """
[en]
account = "subscribe login"
comment = "reply"
[de]
account = "abonnieren"
[zh]
account = "订阅"
[ko]
comment = "댓글을"
"""


def topics(tmp_path: Path, text: str) -> list[dict[str, float]]:
    path = tmp_path / "words.toml"
    path.write_text(LEXICON, encoding="utf-8")
    features = describe_segments(text, segment(text), load_lexicon(path))
    shares = features[:, FIRST_TOPIC : FIRST_TOPIC + len(TOPICS)].tolist()
    return [{t: v for t, v in zip(TOPICS, row, strict=True) if v} for row in shares]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Login", "account"),
        ("SUBSCRIBERS", "account"),
        ("Abonnement", ""),
        ("abonnierte", "account"),
        ("replying", ""),
        ("Reply!", "comment"),
        ("请订阅", "account"),
        ("댓글이", "comment"),
    ],
)
def test_a_word_is_known_by_its_first_letters(tmp_path: Path, text: str, topic: str) -> None:
    """Six letters stand for all words that begin so; shorter words have to be whole."""
    (found,) = topics(tmp_path, text)
    assert set(found) == ({topic} if topic else set())


def test_a_topic_is_a_share_of_the_words_of_a_segment(tmp_path: Path) -> None:
    """The same word weighs more in a short segment, and each segment has its own."""
    found = topics(tmp_path, "Login\nHe had to login before he could read it\nnothing")
    assert found[0]["account"] > found[1]["account"] > 0
    assert found[2] == {}


def test_the_shipped_lexicon_knows_many_languages() -> None:
    """Every topic has words."""
    lexicon = load_lexicon(WORDS)
    assert set(lexicon.topics.tolist()) == set(range(len(TOPICS)))
    assert (lexicon.keys[1:] > lexicon.keys[:-1]).all()


def test_an_unknown_topic_is_refused(tmp_path: Path) -> None:
    """The message says where it stands."""
    path = tmp_path / "words.toml"
    path.write_text('[en]\nsports = "ball"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"\[en\] unknown topic 'sports'"):
        load_lexicon(path)
