"""`${a.b}`, the value of another setting, and `${env:NAME}`, text from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from towhee_recsys.config.document import Document, KeyPath, as_document, dotted, flat, merge
from towhee_recsys.config.scalars import scalar
from towhee_recsys.config.schema import Config
from towhee_recsys.config.secrets import SECRETS, is_secret
from towhee_recsys.errors import ConfigError, close_match
from towhee_recsys.support.urls import VARIABLE, shown_text

_SECRETS = {dotted(path): mark for path, mark in SECRETS.items()}
_ENV = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_ENV_PASSWORD = re.compile(rf"(?<=:){VARIABLE.pattern}(?=@[^@]*$)")
_REFERENCE = re.compile(r"\$\{(?!env:)([^{}]*)\}")
_ANY = re.compile(r"\$\{[^{}]*\}")


def expand_env(text: str) -> str:
    """`text` with each `${env:NAME}` replaced by that environment variable; a store calls it when it connects.

    Raises:
        ConfigError: a variable is not set.
    """
    return _ENV.sub(lambda found: _variable(found[1]), text)


def expand_url(url: str) -> str:
    """`url` with its variables expanded; a password that is one `${env:NAME}` is percent-encoded: it can be any text.

    Raises:
        ConfigError: a variable is not set.
    """
    return expand_env(_ENV_PASSWORD.sub(lambda found: quote(expand_env(found[0]), safe=""), url))


def resolve(value: Any, config: Config, where: str) -> Any:
    """`value`, from a pipeline file, with each `${a.b}` in it replaced by that setting of `config`, its type kept.

    A section, such as `${milvus}`, becomes a dict. `${env:NAME}` is left for `expand_env`; the variable must be set.

    Raises:
        ConfigError: a reference is unknown or a part of a longer text; the message begins with `where`.
    """
    settings = dict(flat(config.model_dump(exclude={"dataset": {"tables"}})))  # frames are no part of a section
    completed: dict[str, Any] = {"history": config.history_url, "feedback": config.feedback_url}
    return _resolve(value, settings | completed | {"dataset.tables": config.dataset.tables}, where)


def _resolve(value: Any, settings: dict[str, Any], where: str) -> Any:
    if isinstance(value, dict):
        return {key: _resolve(item, settings, where) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, settings, where) for item in value]
    if not isinstance(value, str):
        return value
    try:
        found = _REFERENCE.fullmatch(value)
        return _look_up(found[1], settings) if found else _checked(value)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


class ResolvedConfig:
    """A config document's data with every reference replaced, and what could not be."""

    def __init__(self, document: Document) -> None:
        defaults = as_document(Config().model_dump(), "default")
        known = dict(flat(defaults.data))
        self._settings = {key: value for key, value in flat(merge(defaults, document).data) if key in known}
        self.problems: dict[KeyPath, str] = {}
        self.from_env: dict[KeyPath, str] = {}
        """Values that are one `${env:NAME}`: texts, until their setting takes another type."""
        self.data = self._resolved(document.data, ())

    def with_values(self, paths: Iterable[KeyPath]) -> dict[Any, Any]:
        """The data with the texts from the environment at `paths` read as YAML reads them."""
        for *around, key in paths:
            Document(self.data, {}).get(tuple(around))[key] = scalar(self.from_env[(*around, key)])
        return self.data

    def _resolved(self, value: Any, path: KeyPath) -> Any:
        if isinstance(value, dict):
            return {key: self._resolved(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item, (*path, number)) for number, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        if "\0" in value:
            self.problems[path] = "the text has a NUL character; write it without one."
        if "${" not in value:
            return value
        try:
            return self._read(value, path)
        except ConfigError as error:
            self.problems[path] = self._without_pieces(str(error)) if path in SECRETS or is_secret(path) else str(error)
            return value

    def _read(self, text: str, path: KeyPath) -> Any:
        value, source = self._follow(text, dotted(path))
        if not isinstance(value, str):
            return value
        try:
            expanded = expand_env(_checked(value))
        except ConfigError as error:
            raise ConfigError(self._without_pieces(str(error))) from None
        if path in SECRETS:
            return value
        if source in _SECRETS and (expanded != value or _SECRETS[source].text(value) != value):
            raise ConfigError(f"${{{source}}} has a secret or comes from the environment; it is not copied here.")
        if expanded == value:
            return value
        if "${" in expanded:
            raise ConfigError(
                f"{shown_text(value)}: the variable's text holds a '${{', and references are not read from there."
            )
        if _ENV.fullmatch(value):
            self.from_env[path] = expanded
        return expanded

    def _without_pieces(self, message: str) -> str:
        """A message about a text that may hold a secret: what is no reference may be a piece of a password."""
        return _ANY.sub(lambda found: found[0] if self._is_reference(found[0]) else "${...}", message)

    def _is_reference(self, text: str) -> bool:
        return bool(_ENV.fullmatch(text)) or text[2:-1] in self._settings

    def _follow(self, value: Any, name: str) -> tuple[Any, str]:
        chain = [name]
        while isinstance(value, str) and (found := _REFERENCE.fullmatch(value)):
            value = _look_up(found[1], self._settings)
            if isinstance(value, (dict, list)):
                raise ConfigError(f"{found[0]} holds several values; refer to a single one.")
            if found[1] in chain:
                raise ConfigError(f"the references go in a circle: {' -> '.join([*chain, found[1]])}.")
            chain.append(found[1])
        return value, chain[-1]


def _variable(name: str) -> str:
    if name not in os.environ:
        raise ConfigError(f"${{env:{name}}}: the environment variable {name} is not set.")
    return os.environ[name]


def _checked(text: str) -> str:
    expand_env(text)
    rest = _ENV.sub("", text)
    if found := _ANY.search(rest):
        kind = "is no ${env:NAME}" if found[0].startswith("${env:") else "stands in other text"
        raise ConfigError(f"{found[0]} {kind}; a reference is a whole value, such as ${{top_k}}.")
    if "${" in rest:
        raise ConfigError("a '${' without its '}'; a reference is a whole value, such as ${top_k}.")
    return text


def _look_up(key: str, settings: dict[str, Any]) -> Any:
    if key not in settings:
        raise ConfigError(f"${{{key}}}: there is no such setting.{close_match(key, settings)}")
    return settings[key]
