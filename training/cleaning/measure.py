"""Measure cleaned texts against gold texts, token by token, with intervals over publishers.

A token is a word, or one character of a script without spaces.  Headlines and optional
paragraphs are neither required nor counted as noise.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.cleaning.align import token_spans
from training.cleaning.pages import GoldPage

__all__ = [
    "GOOD",
    "LOST",
    "PageScore",
    "Summary",
    "group",
    "interval",
    "score_page",
    "segment_rates",
]

# A page is good from this F1, and lost below this recall.
GOOD = 0.9
LOST = 0.5


@dataclass(frozen=True)
class PageScore:
    """How one cleaned page agrees with its gold text."""

    page: GoldPage
    precision: float
    recall: float
    f1: float
    noise_tokens: int
    kept_tokens: int

    @property
    def is_good(self) -> bool:
        """Whether the page is clean enough to use as it is."""
        return self.f1 >= GOOD

    @property
    def is_lost(self) -> bool:
        """Whether more than half of the article is gone."""
        return self.recall < LOST


@dataclass(frozen=True)
class Summary:
    """Means over pages; `left` is pooled over tokens."""

    pages: int
    precision: float
    recall: float
    f1: float
    good: float
    lost: float
    left: float

    @classmethod
    def of(cls, scores: Sequence[PageScore]) -> "Summary":
        """Average the scores of at least one page."""
        number = len(scores)
        kept = sum(score.kept_tokens for score in scores)
        return cls(
            pages=number,
            precision=sum(score.precision for score in scores) / number,
            recall=sum(score.recall for score in scores) / number,
            f1=sum(score.f1 for score in scores) / number,
            good=sum(score.is_good for score in scores) / number,
            lost=sum(score.is_lost for score in scores) / number,
            left=sum(score.noise_tokens for score in scores) / kept if kept else 0.0,
        )


def score_page(page: GoldPage, cleaned: str) -> PageScore:
    """Compare a cleaned text with the gold text of its page."""
    gold, kept = _bag(page.gold), _bag(cleaned)
    optional: Counter[str] = Counter()
    for part in page.optional:
        optional.update(_bag(part))
    right = (gold & kept).total()
    neutral = ((kept - gold) & optional).total()
    counted = kept.total() - neutral
    precision = right / counted if counted else 0.0
    recall = right / gold.total() if gold else 0.0
    both = precision + recall
    return PageScore(
        page=page,
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / both if both else 0.0,
        noise_tokens=counted - right,
        kept_tokens=kept.total(),
    )


def segment_rates(page: GoldPage, cleaned: str) -> tuple[float | None, float | None]:
    """Return the share of wanted segments kept and of unwanted segments removed.

    Only segments that are in the page at all count; None if there are none.
    """
    raw, kept = _flat(page.lines), _flat(cleaned)
    wanted = [part for part in map(_flat, page.wanted) if part.strip() and part in raw]
    unwanted = [part for part in map(_flat, page.unwanted) if part.strip() and part in raw]
    return (
        sum(part in kept for part in wanted) / len(wanted) if wanted else None,
        sum(part not in kept for part in unwanted) / len(unwanted) if unwanted else None,
    )


def interval(
    values: Iterable[tuple[GoldPage, float]], repetitions: int = 1000
) -> tuple[float, float]:
    """Bootstrap the mean over publishers: pages of one site are not independent.

    Publishers are drawn within each source set, as many as it has.

    Returns:
        The 95 % interval.
    """
    rng = random.Random(0)  # noqa: S311  # repeatable, not secret
    sums: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for page, value in values:
        place = sums[page.source_set][page.domain]
        place[0] += value
        place[1] += 1
    means = []
    for _ in range(repetitions):
        total = number = 0.0
        for domains in sums.values():
            drawn = rng.choices(list(domains.values()), k=len(domains))
            total += sum(place[0] for place in drawn)
            number += sum(place[1] for place in drawn)
        means.append(total / number)
    means.sort()
    last = len(means) - 1
    return means[int(0.025 * last)], means[int(0.975 * last + 0.5)]


def group(scores: Iterable[PageScore], field: str, least: int) -> Mapping[str, list[PageScore]]:
    """Group scores by a field of their pages; groups below `least` pages are pooled."""
    groups: dict[str, list[PageScore]] = defaultdict(list)
    for score in scores:
        groups[getattr(score.page, field)].append(score)
    small = [name for name, members in groups.items() if len(members) < least]
    pooled = [score for name in small for score in groups.pop(name)]
    ordered = dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))
    return ordered | ({"others": pooled} if pooled else {})


def _bag(text: str) -> Counter[str]:
    return Counter(token for token, _, _ in token_spans(text))


def _flat(text: str) -> str:
    return " " + " ".join(token for token, _, _ in token_spans(text)) + " "
