"""Which settings may hold a secret, and how values are shown in messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from towhee_recsys.config.document import KeyPath, dotted
from towhee_recsys.config.milvus import AccessConfig
from towhee_recsys.config.schema import Config
from towhee_recsys.errors import close_match
from towhee_recsys.support.section import Section, Shown, marked
from towhee_recsys.support.urls import HIDDEN, shown_secret, shown_text

_LONGEST = 60
_SECRET_KEY = re.compile(r"token|passw|secret|credential|api_?key", re.I)
_KEY = re.compile(r"[\w-]{0,60}")


def _marked_settings(kind: type[BaseModel], around: KeyPath = ()) -> Iterator[tuple[KeyPath, Shown]]:
    for name, mark in marked(kind).items():
        yield (*around, name), mark
    for name, field in kind.model_fields.items():
        for each in (field.annotation, *get_args(field.annotation)):  # a section, or one that may be left out
            is_class = isinstance(each, type) and get_origin(each) is None  # to Python 3.10 list[str] is a type
            if is_class and issubclass(each, Section):
                yield from _marked_settings(each, (*around, name))


SECRETS = dict(_marked_settings(Config))
"""The settings that may hold a secret, such as ("milvus", "uri"), and how a text there is shown. Their `${env:NAME}`
stays as written until a store calls `expand_env`."""

_SECTIONS = {path[:-1] for path in SECRETS} - {()}
_ACCESS = ("milvus", "access")


def shown_value(path: KeyPath, value: Any) -> str:
    """What was given for the setting at `path`, as it may be shown in a message."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if not isinstance(value, (str, int, float)):
        return f"a {type(value).__name__}"
    text = _shown_scalar(path, value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def shown_path(path: KeyPath) -> str:
    """The key path in dotted form, with *** for a key that may be a misplaced value."""
    return dotted(tuple(_shown_key(path[:number], key) for number, key in enumerate(path)))


def is_secret(path: KeyPath) -> bool:
    """Whether a value at `path` is a secret, or stands where settings with secrets are expected."""
    named = any(_SECRET_KEY.search(str(key)) for key in path)
    return named or path in _SECTIONS or path[: len(_ACCESS)] == _ACCESS


def _shown_key(around: KeyPath, key: Any) -> Any:
    known = AccessConfig.model_fields
    if around == _ACCESS and not (key in known or close_match(key, known)):
        return HIDDEN
    return key if isinstance(key, int) or _KEY.fullmatch(str(key)) else HIDDEN


def _shown_scalar(path: KeyPath, value: str | int | float) -> str:
    if isinstance(value, str) and not is_secret(path):
        mark = SECRETS.get(path)
        return repr(mark.text(value) if mark else shown_text(value))
    if path in SECRETS or is_secret(path):
        return repr(value) if isinstance(value, str) and shown_secret(value) == value else "what may be a secret"
    return repr(value)
