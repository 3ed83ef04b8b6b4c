"""Where a config comes from: a shipped name, a file, a mapping, and what each of them extends."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import reduce
from importlib.resources import files
from pathlib import Path
from typing import Any

from towhee_recsys.config.document import Document, as_document, merge
from towhee_recsys.config.schema import Config
from towhee_recsys.config.yaml import read_yaml
from towhee_recsys.errors import ConfigError, close_match
from towhee_recsys.support.urls import shown_text

Source = str | Path | Mapping[str, Any] | Config | None
"""A shipped name, a file, settings, a loaded config, or None for all defaults."""

_SUFFIXES = (".yaml", ".yml")


def shipped() -> dict[str, Path]:
    """The configs that come with the package, by name."""
    folder = Path(str(files("towhee_recsys.configs")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def read_source(source: Source) -> Document:
    """The settings of `source` laid over those that it extends.

    Raises:
        ConfigError: a file is not found or not readable, or files extend each other in a circle.
    """
    if isinstance(source, (str, Path)):
        path, name = _find(source, Path(), "")
        return _extended(read_yaml(path, name), path.parent, [(path, name)])
    if source is None or isinstance(source, (Mapping, Config)):
        return _extended(as_document(source or {}, "given settings"), Path(), [])
    raise ConfigError(f"a config is a shipped name, a file, a mapping or a Config, not a {type(source).__name__}.")


def name_from(source: str, folder: Path) -> str:
    """The name by which a config in `folder` extends the one that `source` names here.

    Raises:
        ConfigError: there is no such config.
    """
    path, _ = _find(source, Path(), "")
    names = {file: name for name, file in shipped().items()}
    return names.get(path) or os.path.relpath(path.resolve(), folder.resolve())


def files_of(source: str) -> list[Path]:
    """The file of the config that `source` names, and those of the configs that it extends, resolved.

    Raises:
        ConfigError: as `read_source`.
    """
    path, name = _find(source, Path(), "")
    chain = [(path, name)]
    _extended(read_yaml(path, name), path.parent, chain)
    return [path.resolve() for path, _ in chain]


def _extended(document: Document, folder: Path, chain: list[tuple[Path, str]]) -> Document:
    documents = [document]
    while "extends" in documents[-1].data:
        location = f"{documents[-1].where(('extends',))}: extends"
        base = documents[-1].data.pop("extends")
        if not isinstance(base, str):
            raise ConfigError(f"{location}: takes the name of one shipped config or file.")
        path, name = _find(base, folder, f"{location}: ")
        chain.append((path, name))
        if path.resolve() in [seen.resolve() for seen, _ in chain[:-1]]:
            raise ConfigError(f"{location}: goes in a circle: {' -> '.join(name for _, name in chain)}.")
        documents.append(read_yaml(path, name))
        folder = path.parent
    return reduce(merge, reversed(documents))


def _find(source: str | Path, folder: Path, location: str) -> tuple[Path, str]:
    """The file that `source` names, seen from `folder`, and how messages call it."""
    known = shipped()
    text = str(source)
    path = folder / os.path.expanduser(text)
    if text in known and isinstance(source, str):
        return known[text], known[text].name
    if os.path.isfile(path):
        return path, str(path)
    name = text.removesuffix(".yaml")
    if name in known and isinstance(source, str):
        return known[name], known[name].name
    if isinstance(source, Path) or "/" in text or "\\" in text or text.endswith(_SUFFIXES):
        raise ConfigError(f"{location}there is no file {shown_text(str(path))}.{close_match(name, known)}")
    raise ConfigError(
        f"{location}{shown_text(text)!r} is no shipped config.{close_match(text, known)} Shipped: {', '.join(known)}."
    )
