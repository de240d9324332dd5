"""Write a synthetic corpus of news-like articles with planted duplicates and their truth.

    python -m training.bench.make_corpus OUT.jsonl --mb 100 --seed 1

Writes OUT.jsonl (`id`, `url`, `date`, `text`) and OUT.truth.jsonl: for each copy its `id`,
the `original`, the `kind` of copy and the exact Jaccard similarity of their word 5-grams.

How far it is from real text: words are made of random syllables and drawn by Zipf's law, so
lengths of words, sentences and articles and the size of the vocabulary are like those of
news, but there is no grammar, no phrase that unrelated articles share, and no boilerplate.
Unrelated articles are therefore less alike than real ones; speed is comparable, and false
merges on real text have to be measured on real text.
"""

import argparse
import datetime as dt
import json
import math
import random
from collections.abc import Iterator
from pathlib import Path

SYLLABLES = [c + v for c in "bcdfghjklmnprstvz" for v in ("a", "e", "é", "i", "o", "u", "an", "or")]
VOCABULARY = 60_000
SOURCES = 200
KINDS = ("exact", "edited", "cut", "extended")


def make_words(draw: random.Random) -> list[str]:
    """Make the vocabulary: frequent words are short."""
    words = []
    for rank in range(1, VOCABULARY + 1):
        syllables = 1 + min(4, int(math.log(rank, 8)))
        words.append("".join(draw.choices(SYLLABLES, k=syllables)))
    return words


class Writer:
    """Makes articles from one stream of random numbers."""

    def __init__(self, seed: int) -> None:
        """Make the vocabulary."""
        self.draw = random.Random(seed)  # noqa: S311 - a corpus has to be repeatable
        self.words = make_words(self.draw)

    def run_of_words(self, count: int) -> list[str]:
        """Draw words by Zipf's law: the chance of a rank is as its inverse."""
        log = math.log(VOCABULARY)
        random_number, exp, words = self.draw.random, math.exp, self.words
        return [words[int(exp(random_number() * log)) - 1] for _ in range(count)]

    def article(self) -> list[str]:
        """Make the words of an article: 30 to 3,000, most around 300."""
        return self.run_of_words(int(min(3000, max(30, self.draw.lognormvariate(5.7, 0.7)))))

    def copy(self, words: list[str], kind: str, jaccard: float) -> list[str]:
        """Copy an article so that about the wanted similarity is left."""
        if kind == "edited":
            # Each changed word costs five shingles on both sides.
            kept = (2 * jaccard / (1 + jaccard)) ** 0.2
            flips = [self.draw.random() for _ in words]
            fresh = iter(self.run_of_words(len(words)))
            return [w if f < kept else next(fresh) for w, f in zip(words, flips, strict=True)]
        if kind == "cut":
            return words[: max(10, int(len(words) * jaccard))]
        if kind == "extended":
            return words + self.run_of_words(int(len(words) * (1 / jaccard - 1)))
        return words

    def typeset(self, words: list[str]) -> str:
        """Set words as sentences and paragraphs."""
        sentences, paragraphs, at = [], [], 0
        while at < len(words):
            size = self.draw.randint(6, 28)
            sentences.append(" ".join(words[at : at + size]).capitalize() + ".")
            at += size
            if len(sentences) == 4:
                paragraphs.append(" ".join(sentences))
                sentences = []
        return "\n".join([*paragraphs, " ".join(sentences)]).strip()

    def record(self, number: int, text: str) -> dict[str, str]:
        """Make a record as a crawler would."""
        source = int(SOURCES ** self.draw.random()) - 1
        day = dt.date(2025, 1, 1) + dt.timedelta(days=self.draw.randrange(365))
        return {
            "id": f"a{number}",
            "url": f"https://news{source}.example/{day:%Y/%m/%d}/{number}",
            "date": day.isoformat(),
            "text": text,
        }


def shingles(words: list[str]) -> set[tuple[str, ...]]:
    """Return the word 5-grams."""
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def similarity(left: list[str], right: list[str]) -> float:
    """Return the exact Jaccard similarity of the word 5-grams."""
    one, other = shingles(left), shingles(right)
    return len(one & other) / len(one | other)


def make_corpus(size_bytes: int, seed: int) -> Iterator[tuple[dict[str, str], dict[str, object]]]:
    """Yield records, each with its truth; an article that is no copy has an empty one.

    Of ten articles one has a near or exact copy or several of them: about one row in seven
    is a copy, and copies follow their originals at a random distance.
    """
    writer = Writer(seed)
    pending: list[tuple[dict[str, str], dict[str, object]]] = []
    written = number = 0
    while written < size_bytes:
        words = writer.article()
        record = writer.record(number, writer.typeset(words))
        out = [(record, dict[str, object]())]
        number += 1
        if writer.draw.random() < 0.1:
            for _ in range(writer.draw.choice((1, 1, 1, 2, 4))):
                kind = writer.draw.choice(KINDS)
                copied = writer.copy(words, kind, writer.draw.uniform(0.3, 0.95))
                text = record["text"] if kind == "exact" else writer.typeset(copied)
                truth: dict[str, object] = {"id": f"a{number}", "original": record["id"]}
                truth |= {"kind": kind, "jaccard": round(similarity(words, copied), 4)}
                pending.append((writer.record(number, text), truth))
                number += 1
        while pending and writer.draw.random() < 0.3:
            out.append(pending.pop(writer.draw.randrange(len(pending))))
        for one, truth in out:
            written += len(one["text"].encode())
            yield one, truth
    yield from pending


def main() -> None:
    """Write the corpus and its truth."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--mb", type=float, default=10, help="size of the texts in 10^6 bytes")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    truth_path = options.out.with_suffix(".truth.jsonl")
    with options.out.open("w", encoding="utf-8") as corpus, truth_path.open("w") as truths:
        for record, truth in make_corpus(int(options.mb * 1e6), options.seed):
            corpus.write(json.dumps(record, ensure_ascii=False) + "\n")
            if truth:
                truths.write(json.dumps(truth) + "\n")


if __name__ == "__main__":
    main()
