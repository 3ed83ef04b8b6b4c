"""The page about configs, from their JSON Schema: a table for each section, with a row for each key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from docs.site.markdown import code, page, prose, table
from towhee_recsys.config.describe import Node, accepted, follow

INTRODUCTION = """
A config is a YAML file; every command takes it as `-c NAME|FILE`, and `load_config` reads it in Python. This page is
made from its JSON Schema, which `towhee-recsys schema` prints for editors. `towhee-recsys validate -c FILE` checks a
config and prints it with all its defaults. A key that is not listed here is an error.

A value may be a reference: `${model.dir}` is the value of another key, and `${env:NAME}` that of an environment
variable.
[Declaring data](../how-to/data.md) explains the section `dataset`, [Stores](../how-to/stores.md) the section `milvus`.
"""
_TEXT = re.compile(r"'([^']*)'")


def config_page() -> str:
    """The page as Markdown."""
    return page("Config", INTRODUCTION, *(section for _, section in sections()))


def sections() -> Iterator[tuple[str, str]]:
    """The path of each section, such as `milvus.access`, and its part of the page, in the order of the schema."""
    _, root = follow(())
    waiting, paths = [("", root)], dict[str, str]()
    while waiting:
        path, node = waiting.pop(0)
        found = [(name, _path(path, key, member, name)) for key, name, member in _sections_in(node, root)]
        new = [(name, where) for name, where in dict(reversed(found)).items() if name not in paths]
        paths.update(new)
        yield path, _section(path, node, paths)
        waiting[:0] = [(where, root["$defs"][name]) for name, where in reversed(new)]


def _sections_in(node: Node, root: Node) -> Iterator[tuple[str, str, Node]]:
    """Each key whose value is a section or several, the section's name, and its schema."""
    for key, value in node.get("properties", {}).items():
        for name in _names(value):
            yield key, name, root["$defs"][name]


def _names(value: Any) -> list[str]:
    """The names of the sections in a key's schema."""
    if isinstance(value, list):
        return [name for each in value for name in _names(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"].removeprefix("#/$defs/")] if "$ref" in value else []
    inner = [value.get(key) for key in ("anyOf", "oneOf", "items", "additionalProperties")]
    return own + _names(inner)


def _path(path: str, key: str, member: Node, name: str) -> str:
    """Where a section is written; sections of a kind of features are the same for users and items."""
    kinds = [f"{each}: {value['const']}" for each, value in member["properties"].items() if "const" in value]
    where = f"{path}.{key}".removeprefix(".")
    if name.endswith("Feature"):
        return f"features.* {kinds[0]}"
    return f"{where} {kinds[0]}" if kinds and key == "index" else where


def _section(path: str, node: Node, paths: dict[str, str]) -> str:
    heading = f"## {code(path)} {{ #{_anchor(path)} }}" if path else "## Top level { #top-level }"
    rows = [_row(path, key, value, node, paths) for key, value in node["properties"].items()]
    keys = table(("Key", "Accepted", "Default", "Meaning"), rows)
    return "\n\n".join([heading, prose(node.get("description", "")), keys])


def _row(path: str, key: str, value: Node, node: Node, paths: dict[str, str]) -> list[str]:
    names, where = _names(value), f"{path}.{key}".removeprefix(".")
    has_heading = where in (paths[each] for each in names)
    name = code(key) if has_heading else f"{code(key)}{{ #{_anchor(where)} }}"
    if not names:
        default = "required" if key in node.get("required", ()) else _default(value)
        return [name, _accepted(value), default, prose(value.get("description", ""))]
    links = ", ".join(f"[{code(paths[each])}](#{_anchor(paths[each])})" for each in names)
    many = {"array": "a list of ", "object": "a mapping of names to "}.get(value.get("type", ""), "")
    default = "" if "$ref" in value or many else _default(value)
    return [name, f"{many}section{'s' * bool(many)} {links}", default, prose(value.get("description", ""))]


def _accepted(value: Node) -> str:
    """What a key takes, with texts as code; null is what it has where it is left out."""
    words, null, _ = _TEXT.sub(r"`\1`", prose(accepted(value))).rpartition(" or null")
    return " or ".join(words.rsplit(", ", 1)) if null else _TEXT.sub(r"`\1`", prose(accepted(value)))


def _default(value: Node) -> str:
    if value.get("default") in (None, ""):
        return "left out"
    return code(json.dumps(value["default"]) if not isinstance(value["default"], str) else value["default"])


def _anchor(path: str) -> str:
    return path.replace(": ", "-").replace(".* ", "-").replace(" ", "-")
