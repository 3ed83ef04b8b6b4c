"""YAML read strictly: plain data and the line of every key, or a `ConfigError` with the location and the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee_recsys.config.builder import Builder, location_after
from towhee_recsys.config.document import Document
from towhee_recsys.config.scalars import scalar
from towhee_recsys.errors import ConfigError

MAX_BYTES = 1024 * 1024


def read_yaml(path: str | Path, name: str | None = None) -> Document:
    """Read the mapping in a YAML file; messages call the file `name`, by default as `path` does.

    Raises:
        ConfigError: the file cannot be read, is no strict YAML, or is not one mapping.
    """
    name = name or str(path)
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    return parse_mapping(content, name)


def parse_mapping(content: bytes, name: str) -> Document:
    """The one mapping in `content`.

    Raises:
        ConfigError: it is no strict YAML, or is not one mapping.
    """
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{name}: larger than 1 MiB, which is too large for a file of settings.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        location = location_after(content[: error.start].decode("utf-8"), name)
        raise ConfigError(f"{location}: not UTF-8. Save the file as UTF-8 text.") from None
    builder = Builder(text, name)
    data = builder.build()
    if not isinstance(data, dict):
        given = {type(None): "nothing", list: "a list"}.get(type(data), "a single value")
        raise ConfigError(f"{name}:1:1: holds {given}; a mapping is needed, lines like `key: value`.")
    return Document(data, builder.lines)


def parse_value(text: str, location: str) -> Any:
    """The value that `text` has in YAML: what opens with a quote or a bracket as YAML reads it, else one scalar.

    Raises:
        ConfigError: it opens with a quote or a bracket and is no strict YAML.
    """
    text = text.strip()
    if not text.startswith(("[", "{", "'", '"')):
        return scalar(text)
    try:
        return Builder(text, "value").build()
    except ConfigError:
        raise ConfigError(f"{location}: the value is no YAML; are its brackets and quotes closed?") from None
