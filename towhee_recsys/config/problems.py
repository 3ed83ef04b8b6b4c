"""What is wrong with a config, in plain sentences: the key, what was given and what is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import ErrorDetails

from towhee_recsys.config.describe import Node, accepted, choices, chooser, follow, keys
from towhee_recsys.config.document import Document, KeyPath, flat
from towhee_recsys.config.schema import Config
from towhee_recsys.config.secrets import shown_value
from towhee_recsys.errors import close_match

_ABSENT = object()


def sentences(errors: Iterable[ErrorDetails], document: Document) -> Iterator[tuple[KeyPath, str]]:
    """For each of pydantic's `errors` the key path that it is about, and a sentence for the user.

    What was given is quoted from `document`, as it was written, so that no value from the environment is shown.
    """
    for error in errors:
        path, node = follow(error["loc"])
        match error["type"]:
            case "extra_forbidden" | "invalid_key":
                path, node = follow(error["loc"][:-1])
                key = error["loc"][-1]
                yield (*path, key), _unknown(key, document.get((*path, key), _ABSENT), path, node)
            case "union_tag_invalid" | "union_tag_not_found":
                kind = (*path, chooser(node))
                yield kind, _refused(kind, document.get(kind, _ABSENT), ", ".join(choices(node)), choices(node))
            case "value_error":
                yield path, f"{error['ctx']['error']}."
            case _ if "[key]" in error["loc"]:
                yield path, "the key is neither a text nor a whole number."
            case _:
                given = document.get(path, _ABSENT)
                quotes = " Put it in quotes to make it a text." if _is_unquoted(given, error["type"]) else ""
                yield path, _refused(path, given, accepted(node), choices(node)) + quotes


def _refused(path: KeyPath, given: Any, what: str, expected: list[str]) -> str:
    if given is _ABSENT:
        return f"missing, accepted: {what}."
    return f"given {shown_value(path, given)}, accepted: {what}.{close_match(given, expected)}"


def _is_unquoted(given: Any, kind: str) -> bool:
    return kind == "string_type" and isinstance(given, (bool, int, float))


def _unknown(key: object, given: Any, path: KeyPath, node: Node) -> str:
    if key == "extends" and not path:
        return "belongs in a config file; here, give that file as the source."
    hint = close_match(key, keys(node)) or _elsewhere(key) or _after_comma(given)
    return f"unknown key.{hint} Accepted: {', '.join(keys(node))}."


def _elsewhere(key: object) -> str:
    for name, _ in flat(Config().model_dump()):
        if name.split(".")[-1] == key:
            return f" Did you mean {name!r}{'' if '.' in name else ', at the top level'}?"
    return ""


def _after_comma(given: Any) -> str:
    """For a key without a value: YAML takes what follows a comma within {...} for a key."""
    return " A value with a comma stands in quotes: is this a part of one?" if given is None else ""
