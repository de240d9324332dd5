"""Write pages like news pages, in twelve languages, with planted copies and their truth.

    python -m training.bench.make_pages OUT.jsonl --mb 100 --seed 1

Writes OUT.jsonl (`id`, `url`, `publisher`, `text`, for some `date`) and OUT.truth.jsonl: for
each copy its `id`, the `original`, the `kind` of copy and the exact Jaccard similarity of the
word 5-grams of the two articles, without furniture.

Words are made by letters that follow each other as in `prose.toml` and drawn by Zipf's law, the
first of them being real small words, so a language identifier is sure of them. Around each
article stands the furniture of its source: menus, prompts, headlines of others, a footer.
`python -m training.bench.compare` sets such a corpus beside a real one; see `docs/scale.md`.
What stays unlike real text: no grammar, no names, no quotations, and unrelated articles share
no phrases besides furniture.
"""

import argparse
import datetime as dt
import itertools
import json
import math
import random
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from training.bench.make_corpus import similarity

PROSE = Path(__file__).with_name("prose.toml")
VOCABULARY = 30_000
"""Words of a language. With Zipf's law the first hundred are a third of a text, as in news."""
COMMON_WORDS = 60
SOURCES = 120
"""Sources; the n-th has a share of about 1/n."""
COPIED = 0.08
"""Share of articles with copies, so that about one page in eight is a copy."""
KINDS = ("exact", "edited", "cut", "extended")
NUMBERS = 0.025
"""Share of words that are numbers."""
WEIGHTS = {"en": 6, "de": 4, "fr": 3, "es": 3, "ru": 2}
"""How many sources a language has for one of another."""

Page = dict[str, str]
Truth = dict[str, object]


class Language:
    """Makes the words and sentences of one language."""

    def __init__(self, tag: str, seed: dict[str, Any], draw: random.Random) -> None:
        """Learn from the seed which letters follow two others, and make the vocabulary."""
        self.tag, self.seed, self.draw = tag, seed, draw
        self.spaced = tag != "zh"
        words = re.findall(r"[^\W\d_]+", seed["prose"].lower())
        if not self.spaced:
            words = list("".join(words))
        self._next: dict[str, list[str]] = defaultdict(list)
        for word in words:
            for at, letter in enumerate(f"{word}\n"):
                self._next[f"\n\n{word}"[at : at + 2]].append(letter)
        common = [word for word, _ in Counter(words).most_common(COMMON_WORDS)]
        self.words = list(dict.fromkeys([*common, *(self._invent() for _ in range(VOCABULARY))]))
        self._log = math.log(len(self.words))

    def _invent(self) -> str:
        if not self.spaced:
            return "".join(self.draw.choices([*self._next["\n\n"]], k=2))
        word = ""
        while len(word) < 16:
            letters = self._next[f"\n\n{word}"[-2:]]
            letter = letters[int(self.draw.random() * len(letters))]
            if letter != "\n":
                word += letter
            elif len(word) > 3:
                break
            else:
                word = ""
        return word

    def some_words(self, count: int) -> list[str]:
        """Draw words by Zipf's law: the chance of a rank is as its inverse."""
        number, exp, log, words = self.draw.random, math.exp, self._log, self.words
        return [
            words[int(exp(number() * log)) - 1] if number() > NUMBERS else str(int(2200 * number()))
            for _ in range(count)
        ]

    def sentence(self, words: list[str]) -> str:
        """Set words as a sentence."""
        if not self.spaced:
            return "".join(words) + "。"
        middle = len(words) // 2
        if len(words) > 12:
            words = [*words[:middle], words[middle] + ",", *words[middle + 1 :]]
        line = " ".join(words)
        return f"{line[0].upper()}{line[1:]}."

    def paragraphs(self, words: list[str]) -> str:
        """Set words as paragraphs of two to four sentences."""
        lines: list[str] = []
        held: list[str] = []
        rest = iter(words)
        while sentence := list(itertools.islice(rest, self.draw.randint(8, 30))):
            held.append(self.sentence(sentence))
            if len(held) >= self.draw.randint(2, 4):
                lines.append((" " if self.spaced else "").join(held))
                held = []
        return "\n".join([*lines, *held])

    def name(self) -> str:
        """Make a name of two words."""
        return " ".join(word.capitalize() for word in self.draw.choices(self.words[-2000:], k=2))

    def headline(self) -> str:
        """Make a headline."""
        words = self.some_words(self.draw.randint(5, 11))
        return self.sentence(words)[:-1]


class Source(NamedTuple):
    """A site: its language, and the furniture that all of its pages have."""

    domain: str
    language: Language
    head: list[str]
    foot: list[str]


class Article(NamedTuple):
    """The words of an article, before they are set as a page of some source."""

    number: int
    language: str
    words: list[str]


class Maker:
    """Makes pages from one stream of random numbers."""

    def __init__(self, seed: int) -> None:
        """Make languages and sources."""
        self.draw = random.Random(seed)  # noqa: S311 - a corpus has to be repeatable
        seeds = tomllib.loads(PROSE.read_text(encoding="utf-8"))
        languages = [Language(tag, table, self.draw) for tag, table in seeds.items()]
        weights = [WEIGHTS.get(language.tag, 1) for language in languages]
        # Each language gets a large source first, or a small corpus would lack some.
        drawn = self.draw.choices(languages, weights, k=SOURCES - len(languages))
        self.sources = [self._source(n, one) for n, one in enumerate([*languages, *drawn])]
        self.by_language: dict[str, list[Source]] = defaultdict(list)
        for source in self.sources:
            self.by_language[source.language.tag].append(source)

    def _source(self, number: int, language: Language) -> Source:
        head, foot = self._furniture(language), self._furniture(language)
        foot += [language.sentence(language.some_words(self.draw.randint(12, 30)))]
        return Source(f"paper{number}.example", language, head, foot)

    def _furniture(self, language: Language) -> list[str]:
        """Make lines of menus: known prompts, and names of sections in no order."""
        menu = language.seed["menu"]
        known = self.draw.sample(menu, self.draw.randint(5, len(menu)))
        sections = [language.name() for _ in range(self.draw.randint(0, 25))]
        return self.draw.sample([*known, *sections], len(known) + len(sections))

    def pick(self, sources: list[Source]) -> Source:
        """Draw a source: the n-th of them with a chance as 1/n."""
        return sources[int(len(sources) ** self.draw.random()) - 1]

    def article(self, number: int) -> tuple[Article, Source]:
        """Make an article of 40 to 4,000 words, most around 500."""
        source = self.pick(self.sources)
        count = int(min(4000, max(40, self.draw.lognormvariate(6.3, 0.8))))
        return Article(number, source.language.tag, source.language.some_words(count)), source

    def copy(self, article: Article, number: int, kind: str, jaccard: float) -> Article:
        """Copy an article so that about the wanted similarity is left."""
        words, language = article.words, self.by_language[article.language][0].language
        if kind == "edited":
            # Each changed word costs five shingles on both sides.
            kept = (2 * jaccard / (1 + jaccard)) ** 0.2
            fresh = language.some_words(len(words))
            pairs = zip(words, fresh, strict=True)
            words = [old if self.draw.random() < kept else new for old, new in pairs]
        elif kind == "cut":
            words = words[: max(10, int(len(words) * jaccard))]
        elif kind == "extended":
            words = words + language.some_words(int(len(words) * (1 / jaccard - 1)))
        return Article(number, article.language, words)

    def page(self, article: Article, source: Source) -> Page:
        """Set an article as a page of a source."""
        language, draw = source.language, self.draw
        day = dt.date(2025, 1, 1) + dt.timedelta(days=draw.randrange(365))
        printed = language.seed["date"].format(day=day)
        lines = [
            *source.head,
            language.headline(),
            language.seed["by"].format(name=language.name()),
            printed,
            language.paragraphs(article.words),
            *(language.headline() for _ in range(draw.randint(3, 20))),
            *source.foot,
            f"© {day.year} {source.domain}",
        ]
        url = f"https://www.{source.domain}/{day:%Y/%m/%d}/{article.number}"
        page = {"id": f"a{article.number}", "url": url, "text": "\n".join(lines)}
        page["publisher"] = source.domain  # no list of suffixes knows .example
        return page | ({"date": day.isoformat()} if draw.random() < 0.5 else {})


def make_pages(size_bytes: int, seed: int) -> Iterator[tuple[Page, Truth]]:
    """Yield pages, each with its truth; a page that is no copy has an empty one.

    Exact copies repeat the whole text of a page; the others are set as pages of any source of
    the language. Copies follow their originals at a random distance.
    """
    maker = Maker(seed)
    draw, numbers = maker.draw, itertools.count()
    pending: list[tuple[Page, Truth]] = []
    written = 0
    while written < size_bytes:
        article, source = maker.article(next(numbers))
        page = maker.page(article, source)
        out = [(page, Truth())]
        if draw.random() < COPIED:
            copies = draw.choice((1, 1, 1, 2, 4))
            pending += [_copied(maker, article, page, next(numbers)) for _ in range(copies)]
        while pending and draw.random() < 0.3:
            out.append(pending.pop(draw.randrange(len(pending))))
        for one in out:
            written += len(one[0]["text"].encode())
            yield one
    yield from pending


def _copied(maker: Maker, article: Article, page: Page, number: int) -> tuple[Page, Truth]:
    draw = maker.draw
    kind = draw.choice(KINDS)
    copied = maker.copy(article, number, kind, draw.uniform(0.3, 0.95))
    made = maker.page(copied, maker.pick(maker.by_language[article.language]))
    if kind == "exact":
        made |= {"text": page["text"]}
    jaccard = round(similarity(_tokens(article), _tokens(copied)), 4)
    return made, {"id": made["id"], "original": page["id"], "kind": kind, "jaccard": jaccard}


def _tokens(article: Article) -> list[str]:
    """Return the words, or for a script without spaces the characters."""
    return list("".join(article.words)) if article.language == "zh" else article.words


def main() -> None:
    """Write the corpus and its truth."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--mb", type=float, default=10, help="size of the texts in 10^6 bytes")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_pages(options.out, int(options.mb * 1e6), options.seed)


def write_pages(path: Path, size_bytes: int, seed: int) -> None:
    """Write a corpus, and its truth beside it."""
    truth_path = path.with_suffix(".truth.jsonl")
    with path.open("w", encoding="utf-8") as corpus, truth_path.open("w") as truths:
        for page, truth in make_pages(size_bytes, seed):
            corpus.write(json.dumps(page, ensure_ascii=False) + "\n")
            if truth:
                truths.write(json.dumps(truth) + "\n")


if __name__ == "__main__":
    main()
