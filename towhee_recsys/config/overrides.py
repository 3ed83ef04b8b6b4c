"""Single settings laid over a config: `top_k=5` on the command line, `top_k=5` in Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from towhee_recsys.config.document import Document, as_document, flat, nested
from towhee_recsys.config.schema import Config
from towhee_recsys.config.secrets import shown_path
from towhee_recsys.config.yaml import parse_value
from towhee_recsys.errors import ConfigError


def parse_override(text: str) -> dict[str, Any]:
    """The settings that `milvus.uri=movies.db` means, `{"milvus": {"uri": "movies.db"}}`; values read as in YAML.

    Raises:
        ConfigError: there is no `=`, no key before it, or a bracket or quote is left open.
    """
    name, equals, value = text.partition("=")
    if not equals:
        given = text if text in dict(flat(Config().model_dump())) else "..."
        raise ConfigError(f"--set {given}: write KEY=VALUE, such as top_k=5 or milvus.uri=movies.db.")
    location = _location(name)
    return _nest(name.strip(), parse_value(value, location), location)


def layers(overrides: Iterable[str], keywords: Mapping[str, Any]) -> Iterator[Document]:
    """Each keyword, then each text such as `top_k=5`, as a document of its own."""
    for name, value in keywords.items():
        location = f"keyword {name}"
        yield as_document(_nest(name, value, location), location)
    for text in [overrides] if isinstance(overrides, str) else overrides:
        yield as_document(parse_override(text), _location(text.partition("=")[0]))


def _location(name: str) -> str:
    """An override as messages call it: without its value, which may be a secret that was given for another key."""
    return f"--set {shown_path(tuple(name.strip().split('.')))}=..."


def _nest(name: str, value: Any, location: str) -> dict[str, Any]:
    parts = name.split(".")
    if not all(parts):
        raise ConfigError(f"{location}: {shown_path(tuple(parts))!r} is no key; write it like top_k or milvus.uri.")
    return nested(parts, value)
