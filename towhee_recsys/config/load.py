"""Loads a config from a file, the files that it extends and overrides; all problems are in one error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from towhee_recsys.config.completion import completed
from towhee_recsys.config.describe import follow
from towhee_recsys.config.document import Document, KeyPath, as_document, merge, nested, texts
from towhee_recsys.config.formats import with_declaration
from towhee_recsys.config.locations import with_locations
from towhee_recsys.config.overrides import layers
from towhee_recsys.config.problems import sentences
from towhee_recsys.config.references import ResolvedConfig
from towhee_recsys.config.schema import Config
from towhee_recsys.config.secrets import SECRETS, shown_path
from towhee_recsys.config.sources import Source, read_source
from towhee_recsys.errors import ConfigError, bulleted
from towhee_recsys.support.section import without_secrets
from towhee_recsys.support.urls import VARIABLE

if TYPE_CHECKING:
    import pandas as pd


def load_config(
    source: Source = None,
    *,
    overrides: Iterable[str] = (),
    tables: Mapping[str, pd.DataFrame] | None = None,
    **keywords: Any,
) -> Config:
    """The checked config of `source`: a shipped name, a file, a mapping, a `Config`, or None for all defaults.

    Keywords are laid over it, `top_k=5`, `milvus={"uri": "movies.db"}` or `**{"milvus.uri": "movies.db"}`, and over
    them the texts of the command line, `overrides=["milvus.uri=movies.db"]`. `tables` are data frames that replace
    the files of a dataset: `tables={"interactions": frame, "items": frame}`.

    Raises:
        ConfigError: a file is missing or no strict YAML, or settings are wrong: all are named with their location.
    """
    given = keywords if tables is None else {"dataset.tables": dict(tables), **keywords}
    document = _document(source, overrides, given)
    return completed(_checked(document), document)


def shown_settings(source: Source = None, *, overrides: Iterable[str] = ()) -> dict[str, Any]:
    """Every setting of `load_config` as it may be shown: without secrets, and `${env:NAME}` as it is written.

    Raises:
        ConfigError: as `load_config`.
    """
    document = _document(source, overrides, {})
    config, name = _checked(document), document.get(("dataset", "name"))
    if isinstance(name, str) and VARIABLE.search(name):  # default locations show it as it is written, too
        config = with_locations(config, name)
    config = completed(config, document)
    settings = without_secrets(config).model_dump(exclude={"dataset": {"tables"}})
    for path, text in texts(document.data):
        if VARIABLE.search(text) and path not in SECRETS:
            Document(settings, {}).get(path[:-1])[path[-1]] = text
    return settings


def _document(source: Source, overrides: Iterable[str], keywords: Mapping[str, Any]) -> Document:
    document = read_source(source)
    for layer in layers(overrides, keywords):
        document = merge(document, layer)
    return with_declaration(document)


def load_section(name: str, kind: Any, settings: Mapping[str, Any]) -> Any:
    """The checked `settings` of one section, such as "milvus.access", without the config around it.

    `kind` is the section's type: a pydantic model, or an annotated union of them.

    Raises:
        ConfigError: the settings are wrong: all are named.
    """
    path = tuple(name.split("."))
    return _checked(as_document(nested(path, settings), "given settings"), kind, path)


def _checked(document: Document, kind: Any = Config, path: KeyPath = ()) -> Any:
    """The value of type `kind` at `path` of the document."""
    resolved = ResolvedConfig(document)
    value, errors = _validated(kind, resolved.data, path)
    no_texts = {follow(error["loc"])[0] for error in errors if not error["type"].startswith("string")}
    if wanted := no_texts & resolved.from_env.keys():
        value, errors = _validated(kind, resolved.with_values(wanted), path)
    problems = resolved.problems | {
        path: why for path, why in sentences(errors, document) if path not in resolved.problems
    }
    if value is None or problems:
        raise ConfigError(bulleted([_line(document, path, why) for path, why in problems.items()]))
    return value


def _validated(kind: Any, data: dict[Any, Any], path: KeyPath) -> tuple[Any, list[ErrorDetails]]:
    """The value at `path` as `kind`; None where it is wrong, with what is wrong at which keys of `data`."""
    try:
        return TypeAdapter(kind).validate_python(Document(data, {}).get(path)), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return None, [{**each, "loc": (*path, *each["loc"])} for each in found]


def _line(document: Document, path: KeyPath, why: str) -> str:
    return f"{document.where(path)}: {shown_path(path)}: {why}"
