"""The config's JSON Schema, and what it accepts under each key in plain words."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from towhee_recsys.config.document import KeyPath
from towhee_recsys.config.schema import Config

Node = dict[str, Any]
"""A part of a JSON Schema."""

_LIMITS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
_MAPPED = {"array": "lists", "string": "texts", "number": "numbers", "integer": "whole numbers"}
_BETTER = [
    (re.compile(r"^from \S+$"), r"\g<0> up"),
    (re.compile(r"^(above \S+) (to|below)"), r"\1 and \2"),
    (re.compile(r"^(from \S+) below"), r"\1 to below"),
]


def config_schema() -> dict[str, Any]:
    """The JSON Schema of a config file, for editors that complete and check its keys."""
    schema = _or_reference(copy.deepcopy(_schema()))
    return schema | {"$defs": schema["$defs"] | {"Reference": {"pattern": r"^\$\{[^{}]+\}$", "type": "string"}}}


def _or_reference(node: Any) -> Any:
    """`node` with a reference accepted, too, wherever it accepts no text or not every text."""
    if isinstance(node, list):
        return [_or_reference(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") in ("integer", "number", "boolean") or "enum" in node or "pattern" in node:
        outside = {key: node.pop(key) for key in ("title", "description", "default") if key in node}
        return outside | {"anyOf": [node, {"$ref": "#/$defs/Reference"}]}
    return {key: _or_reference(item) for key, item in node.items()}


@cache
def _schema() -> Node:
    schema = Config.model_json_schema()
    schema["properties"]["extends"] = {
        "description": "a shipped config or another file; its settings hold where this file has none",
        "type": "string",
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema | {"title": "towhee_recsys config"}


def follow(loc: Sequence[int | str]) -> tuple[KeyPath, Node]:
    """The key path that a user wrote for pydantic's `loc`, and what the schema holds there."""
    path: KeyPath = ()
    node = _schema()
    for part in loc:
        if "discriminator" in node:  # here pydantic names the kind that it chose, which is no key of the user's
            node = _at(node["discriminator"]["mapping"][part])
        elif child := _child(node, part):
            path, node = (*path, part), _plain(child)
    return path, node


def keys(node: Node) -> list[str]:
    """The keys that a mapping may have, also one that may be null instead."""
    return sorted(_not_null(node).get("properties", ()))


def chooser(node: Node) -> str:
    """The key by whose value one of several kinds of mapping is chosen."""
    return str(node["discriminator"]["propertyName"])


def choices(node: Node) -> list[str]:
    """The few values that are accepted, if only a few are."""
    if "discriminator" in node:
        return sorted(node["discriminator"]["mapping"])
    return [node["const"]] if "const" in node else node.get("enum", [])


def accepted(node: Node) -> str:
    """What `node` accepts, in words."""
    *others, last = _alternatives(node)
    return f"{', '.join(others)} or {last}" if others else last


def _alternatives(node: Node) -> list[str]:
    if "discriminator" in node:
        return [f"a mapping with a {chooser(node)}: {', '.join(choices(node))}"]
    if "anyOf" in node:
        return [words for member in node["anyOf"] for words in _alternatives(_plain(member))]
    if "enum" in node or "const" in node:
        return [repr(choice) for choice in choices(node)]
    words = {"string": _text, "array": _list, "object": _mapping, "integer": _number, "number": _number}
    kind = node["type"]
    return [words[kind](node)] if kind in words else ["true", "false"] if kind == "boolean" else [kind]


def _text(node: Node) -> str:
    if "pattern" in node:
        return str(node["description"])
    return "text that is not empty" if node.get("minLength") else "text"


def _list(node: Node) -> str:
    if "prefixItems" in node:
        return f"[{', '.join(accepted(item) for item in node['prefixItems'])}]"
    return "a list of one item or more" if node.get("minItems") else "a list"


def _mapping(node: Node) -> str:
    if "properties" in node:
        return f"a mapping of {', '.join(keys(node))}"
    return f"a mapping of names to {_MAPPED.get(node['additionalProperties'].get('type'), 'mappings')}"


def _number(node: Node) -> str:
    if "minimum" in node and node["minimum"] == node.get("maximum"):
        return str(node["minimum"])
    limits = " ".join(f"{word} {node[name]}" for name, word in _LIMITS.items() if name in node)
    for words, better in _BETTER:
        limits = words.sub(better, limits)
    return f"a {'whole ' if node['type'] == 'integer' else ''}number {limits}".rstrip()


def _child(node: Node, part: int | str) -> Node | None:
    node = _not_null(node)
    if part in node.get("properties", ()):
        return node["properties"][part]
    if isinstance(part, int) and part < len(node.get("prefixItems", ())):
        return node["prefixItems"][part]
    return node.get("items" if node.get("type") == "array" else "additionalProperties") or None


def _not_null(node: Node) -> Node:
    """The first alternative of `node`, which is what may be null, or `node` where there are none."""
    return _plain(node["anyOf"][0]) if "anyOf" in node else node


def _plain(node: Node) -> Node:
    return _at(node["$ref"]) if "$ref" in node else node


def _at(reference: str) -> Node:
    return _schema()["$defs"][reference.removeprefix("#/$defs/")]
