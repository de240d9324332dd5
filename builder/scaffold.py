"""Text made from the configuration model: the commented TOML of `init`, the reference in docs."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from builder.config import CONFIG_NAME, BuildConfig
from builder.errors import ConfigError
from builder.writers.atomic import write_file

__all__ = ["config_reference", "config_template", "write_config"]


def write_config(folder: Path, *, replace: bool = False) -> Path:
    """Write a commented configuration into a folder of articles.

    Raises:
        ConfigError: there is no such folder, or it has a configuration already.
        OutputError: the file cannot be written.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder; give the folder of your articles", path=folder)
    path = folder / CONFIG_NAME
    if path.exists() and not replace:
        raise ConfigError(f"{path} exists; use --force to replace it", path=path)
    write_file(path, config_template(folder.resolve().name).encode())
    return path


def config_template(name: str) -> str:
    """Return a TOML file with every key, its meaning and its default, all commented out."""
    lines = [
        "# Configuration of a Pressmark build. Every key is optional; the values shown are",
        "# the defaults. Remove the # before a key to change it.",
        "",
    ]
    for key, field, default in _fields(BuildConfig):
        if not isinstance(default, BaseModel):
            shown = f"name = {_toml(_slug(name))}" if key == "name" else _assignment(key, default)
            lines += [*_comment(field), shown, ""]
    for key, field, default in _fields(BuildConfig):
        if isinstance(default, BaseModel):
            lines += [*_comment(field), f"[{key}]", ""]
            for inner, inner_field, value in _fields(type(default)):
                lines += [*_comment(inner_field), _assignment(inner, value), ""]
    return "\n".join(lines).rstrip() + "\n"


def config_reference() -> str:
    """Return the tables of keys for the documentation, as Markdown."""
    parts = [_reference("Top level", BuildConfig)]
    for key, field, default in _fields(BuildConfig):
        if isinstance(default, BaseModel):
            parts.append(_reference(f"`[{key}]`", type(default), field.description or ""))
    return "\n\n".join(parts) + "\n"


def _reference(title: str, model: type[BaseModel], text: str = "") -> str:
    rows = [
        f"| `{key}` | {_toml(default) or 'not set'} | {field.description} |"
        for key, field, default in _fields(model)
        if not isinstance(default, BaseModel)
    ]
    head = [f"## {title}", ""] + ([text, ""] if text else [])
    return "\n".join([*head, "| key | default | meaning |", "| --- | --- | --- |", *rows])


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo, Any]]:
    for key, field in model.model_fields.items():
        yield key, field, field.get_default(call_default_factory=True)


def _comment(field: FieldInfo, width: int = 88) -> list[str]:
    """Wrap a description into comment lines, with its examples."""
    lines, line = [], "#"
    words = " ".join((field.description or "").split()).split()
    for word in words:
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = "#"
        line = f"{line} {word}"
    lines.append(line)
    return lines + [f"# Example: {_toml(example)}" for example in field.examples or ()]


def _assignment(key: str, default: Any) -> str:
    shown = _toml(default)
    return f"# {key} = {shown}" if shown else f"# {key} ="


def _toml(value: Any) -> str:
    """Return a value as TOML spells it; nothing for None, which TOML cannot say."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return _toml(value.model_dump(mode="json"))
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _slug(name: str) -> str:
    """Return a name that a data set may have, made from that of a folder."""
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in name)
    return kept.strip("-")[:96] or "articles"
