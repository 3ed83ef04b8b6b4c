"""Plain data that knows where each of its keys was written, and how such documents are laid over each other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from towhee_recsys.errors import ConfigError

KeyPath = tuple[Any, ...]
"""The keys and list positions that lead to a value, each a text or a whole number."""

MAX_DEPTH = 50


@dataclass(frozen=True)
class Document:
    """Plain data, and where each key of it was written."""

    data: dict[Any, Any]
    lines: dict[KeyPath, str]

    def where(self, path: KeyPath = ()) -> str:
        """The `file:line` of the key at `path`, or of the nearest key around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def get(self, path: KeyPath, default: Any = None) -> Any:
        """The value at `path`, or `default`."""
        value: Any = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return default
        return value


def dotted(path: KeyPath) -> str:
    """The key path as people write it: `features.user[1].size`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def flat(data: Mapping[Any, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting and section in `data` by its dotted name; lists stay whole."""
    for key, value in data.items():
        yield f"{before}{key}", value
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{key}.")


def nested(path: Sequence[str], value: Any) -> dict[str, Any]:
    """`value` below the keys of `path`, which has one at least: `{"training": {"epochs": 3}}`."""
    for key in reversed(path):
        value = {key: value}
    return dict(value)


def texts(data: Any, around: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text in plain `data`, with its path."""
    if isinstance(data, str):
        yield around, data
    elif isinstance(data, (Mapping, list)):
        for key, value in data.items() if isinstance(data, Mapping) else enumerate(data):
            yield from texts(value, (*around, key))


def as_document(data: Mapping[Any, Any] | BaseModel, location: str) -> Document:
    """A copy of the Python values in `data`, as a document whose every key is at `location`.

    Raises:
        ConfigError: it is nested too deeply.
    """
    lines: dict[KeyPath, str] = {}
    return Document(_plain(data, (), location, lines), lines)


def _plain(value: Any, path: KeyPath, location: str, lines: dict[KeyPath, str]) -> Any:
    lines[path] = location
    if len(path) > MAX_DEPTH:
        raise ConfigError(f"{location}: nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping):
        return {key: _plain(item, (*path, key), location, lines) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, (*path, number), location, lines) for number, item in enumerate(value)]
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def merge(base: Document, over: Document) -> Document:
    """`over` laid over `base`: mappings key by key, but for one of another `type`; everything else replaced."""
    replaced = set(_replaced(base.data, over.data, ()))
    kept = {path: location for path, location in base.lines.items() if not _is_within(path, replaced)}
    return Document(_merged(base.data, over.data), kept | over.lines | {(): base.lines[()]})


def _merged(base: dict[Any, Any], over: dict[Any, Any]) -> dict[Any, Any]:
    both = {key: _merged(base[key], over[key]) for key in _shared_mappings(base, over)}
    return base | over | both


def _replaced(base: dict[Any, Any], over: dict[Any, Any], path: KeyPath) -> Iterator[KeyPath]:
    shared = _shared_mappings(base, over)
    for key in over:
        if key in shared:
            yield from _replaced(base[key], over[key], (*path, key))
        else:
            yield (*path, key)


def _shared_mappings(base: dict[Any, Any], over: dict[Any, Any]) -> list[Any]:
    both = [key for key, item in over.items() if isinstance(item, dict) and isinstance(base.get(key), dict)]
    return [key for key in both if over[key].get("type", base[key].get("type")) == base[key].get("type")]


def _is_within(path: KeyPath, roots: set[KeyPath]) -> bool:
    return any(path[:length] in roots for length in range(1, len(path) + 1))
