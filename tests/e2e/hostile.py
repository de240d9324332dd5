"""A corpus that attacks the pages it is shown on."""

import json
from pathlib import Path

from builder.config import parse_config
from builder.pipeline import BuildRequest, build

ATTACKS = (
    "</script><script>window.attacked=1</script>",
    "<img src=x onerror=window.attacked=1>",
    "{{ 7*7 }}{% raw %}{{ cycler.__init__ }}",
    "\u202egnp.exe\u2066 without an end",
    "<!--<script><svg onload=window.attacked=1>",
    "]]>&lt;b&gt;${window.attacked=1}`\\u003c\u2028\u2029",
    "</style><link rel=stylesheet href=http://127.0.0.1:9/x.css>",
)
SENTENCE = (
    "The minister said on Monday that the talks between Armenia and Turkey would go on "
    "until the end of the month, number {}, and that {} officials had met in Ankara. "
)


def build_hostile(folder: Path) -> Path:
    """Build articles whose every field attacks, with lines of a million characters and more."""
    source = folder / "articles"
    source.mkdir()
    records = [_record(number, attack) for number, attack in enumerate(ATTACKS)]
    records.append({**_record(90, "long"), "text": "".join(map(_sentence, range(6_000)))})
    records.append({**_record(91, "longer"), "text": "<script>" * 1_300_000})
    twin = _record(0, ATTACKS[0])
    records.append({**twin, "text": f"{twin['text']} It was the last meeting of the year."})
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    name = "<img src=x onerror=window.attacked=1>.jsonl"
    (source / name).write_text("\n".join(lines).replace("\u2028", "\\u2028") + "\n", "utf-8")
    (source / "empty.txt").write_text("  \n")
    out = folder / "hostile"
    config = parse_config({"name": "hostile", "pretty_name": ATTACKS[0]}, "the test")
    build(BuildRequest(source, out, config, source, workers=1))
    return out


def _sentence(number: int) -> str:
    return SENTENCE.format(number, number * 3)


def _record(number: int, attack: str) -> dict[str, str]:
    body = "\n\n".join(f"{_sentence(100 * number + at)}{attack}" for at in range(8))
    return {"text": body, "title": attack, "publisher": attack, "date": "2025-11-07"}
