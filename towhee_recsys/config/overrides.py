"""Single settings laid over a config: `top_k=5` on the command line, `top_k=5` in Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from towhee_recsys.config.document import Document, as_document
from towhee_recsys.config.references import SECRETS
from towhee_recsys.config.yaml import parse_value
from towhee_recsys.errors import ConfigError


def parse_override(text: str) -> dict[str, Any]:
    """The settings that `milvus.uri=movies.db` means, `{"milvus": {"uri": "movies.db"}}`; values read as in YAML.

    Raises:
        ConfigError: there is no `=`, no key before it, or a bracket or quote is left open.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--set {text}: write KEY=VALUE, such as top_k=5 or milvus.uri=movies.db.")
    location = _location(name, text)
    return _nest(name.strip(), parse_value(value, location), location)


def layers(overrides: Iterable[str], keywords: Mapping[str, Any]) -> Iterator[Document]:
    """Each keyword, then each text such as `top_k=5`, as a document of its own."""
    for name, value in keywords.items():
        location = f"keyword {name}"
        yield as_document(_nest(name, value, location), location)
    for text in [overrides] if isinstance(overrides, str) else overrides:
        yield as_document(parse_override(text), _location(text.partition("=")[0], text))


def _location(name: str, text: str) -> str:
    hidden = any(f"{secret}.".startswith(f"{name.strip()}.") for secret in SECRETS)
    return f"--set {name}=..." if hidden else f"--set {text}"


def _nest(name: str, value: Any, location: str) -> dict[str, Any]:
    parts = name.split(".")
    if not all(parts):
        raise ConfigError(f"{location}: {name!r} is no key; write it like top_k or milvus.uri.")
    for part in reversed(parts):
        value = {part: value}
    return value
