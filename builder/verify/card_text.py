"""A card → its YAML and its prose, read the way the Hub and `load_dataset` read it."""

import reprlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from builder.render.hub_values import MAX_CARD_BYTES, PLACEHOLDERS
from schema.findings import Finding, FindingCode

__all__ = ["CARD_NAME", "Card", "finding", "nests_too_deep", "quote", "read_card"]

CARD_NAME = "README.md"


#: Quotes so that a message stays one line, whatever it quotes.
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxlevel = 3


#: Values that the YAML of a card may stand for: ten times the largest real cards. Aliases can
#: make a kilobyte stand for gigabytes.
MAX_VALUES = 1_000_000

#: Levels of YAML; cards use six. PyYAML's C loader ends the process somewhere above 10,000.
MAX_DEPTH = 100


class Card(NamedTuple):
    """What a card holds; no data if its YAML cannot be read."""

    data: Mapping[str, Any]
    body: str
    findings: list[Finding]


#: libyaml is ten times faster than the Python parser.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]  # which of two, the installation decides
    """Refuses repeated keys, of which readers silently take the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping whose keys differ."""
        seen = set()
        for key_node, _ in node.value:
            key = (key_node.tag, getattr(key_node, "value", None))
            if isinstance(key[1], str) and key in seen:
                raise yaml.YAMLError(f"the key {quote(key[1])} occurs twice")
            if isinstance(key[1], str):
                seen.add(key)
        return dict(super().construct_mapping(node, deep))


def read_card(raw: bytes) -> Card:
    """Split a card and judge what concerns it as a text. Never raises."""
    findings: list[Finding] = []
    if len(raw) > MAX_CARD_BYTES:
        message = f"the card has {len(raw):,} bytes; the Hub may refuse more than 1,000,000"
        findings.append(finding(FindingCode.CARD_SIZE, message))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.append(finding(FindingCode.CARD_YAML, f"the card is not UTF-8: {error.reason}"))
        return Card({}, "", findings)
    lines = text.replace("\r\n", "\n").split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    fenced = [i for i in range(start, len(lines)) if lines[i].strip() == "---"][:2]
    body = "\n".join(lines[fenced[1] + 1 :]) if len(fenced) == 2 else text
    findings += _placeholders(body)
    if not fenced or fenced[0] != start:
        findings.append(finding(FindingCode.CARD_YAML, "the card does not begin with a YAML block"))
        return Card({}, text, findings)
    for at in fenced:
        if lines[at] != "---":
            message = f"line {at + 1} is a fence with spaces; write exactly ---"
            findings.append(finding(FindingCode.CARD_FENCE, message))
    if len(fenced) < 2:
        findings.append(finding(FindingCode.CARD_YAML, "the YAML block is never closed by ---"))
        return Card({}, text, findings)
    data, fault = _parse("\n".join(lines[fenced[0] + 1 : fenced[1]]))
    if fault:
        findings.append(finding(FindingCode.CARD_YAML, fault))
    return Card(data, body, findings)


def finding(code: FindingCode, message: str, column: str = "") -> Finding:
    """Return a finding about the card; `column` names the key."""
    return Finding(code, message, path=CARD_NAME, column=column)


def quote(value: object) -> str:
    """Quote a value from YAML in one short line; aliases may make it unboundedly large."""
    return _SHORT.repr(value).replace("\n", " ")


def _parse(text: str) -> tuple[Mapping[str, Any], str]:
    try:
        if nests_too_deep(text):
            return {}, f"the YAML nests more than {MAX_DEPTH} levels deep"
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None and _weigh(node, {}) > MAX_VALUES:
            return {}, f"the YAML stands for more than {MAX_VALUES:,} values"
        data = loader.construct_document(node) if node is not None else None
    # Tags such as `!!int ""` make PyYAML fail in ways of its own.
    except (
        yaml.YAMLError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        message = " ".join(str(error).split())
        return {}, f"the YAML cannot be read: {message[:200]}"
    if not isinstance(data, dict):
        return {}, f"the YAML must be a mapping; it is {quote(data)}"
    odd = [key for key in data if not isinstance(key, str)]
    if odd:
        return {}, f"every key of the YAML must be a string; quote {quote(odd[0])}"
    return data, ""


def nests_too_deep(text: str) -> bool:
    """Tell whether YAML nests deeper than a card may, on which parsers crash or never end.

    Raises:
        yaml.YAMLError: the text is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            return True
    return False


def _weigh(node: yaml.Node, known: dict[int, int]) -> int:
    """Count the values that a node stands for with its aliases written out."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = MAX_VALUES  # what holds itself is endless
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        children = [child for pair in node.value for child in pair]
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    known[id(node)] = 1 + sum(_weigh(child, known) for child in children)
    return known[id(node)]


def _placeholders(body: str) -> Iterator[Finding]:
    in_code = False
    for line in body.split("\n"):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        for placeholder in PLACEHOLDERS:
            if not in_code and placeholder in line.lower():
                message = f"the card still says {placeholder!r}; fill it or take it out"
                yield finding(FindingCode.CARD_PLACEHOLDER, message)
