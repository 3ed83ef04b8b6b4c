"""The base class of all groups of settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from towhee_recsys.support.urls import shown_secret, shown_url


@dataclass(frozen=True)
class Shown:
    """Marks a setting that may hold a secret, `Annotated[str, URL]`: `text` is how its text may be shown."""

    text: Callable[[str], str]


URL, SECRET = Shown(shown_url), Shown(shown_secret)
"""The marks of settings that are URLs with passwords, and of those that are secrets as a whole."""


class Section(BaseModel):
    """A group of settings: frozen; unknown names are refused; its `repr` shows no secret."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        protected_namespaces=(),
        hide_input_in_errors=True,
        defer_build=True,  # the validator of a config contains those of its sections, and builds them once
    )

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """The settings and their values, as pydantic's `repr` and `str` have them."""
        marks = marked(type(self))
        for name, value in super().__repr_args__():
            mark = marks.get(name or "")
            yield name, mark.text(value) if mark and isinstance(value, str) else value


S = TypeVar("S", bound=Section)


def marked(kind: type[BaseModel]) -> dict[str, Shown]:
    """The settings of a section that may hold a secret, with their marks."""
    fields = kind.model_fields.items()
    return {name: mark for name, field in fields for mark in field.metadata if isinstance(mark, Shown)}


def without_secrets(section: S) -> S:
    """A copy of `section`, and of the sections in it, whose every value may be shown."""
    values = {name: getattr(section, name) for name in type(section).model_fields}
    marks = marked(type(section))
    hidden = {name: marks[name].text(value) for name, value in values.items() if name in marks and value is not None}
    nested = {name: without_secrets(value) for name, value in values.items() if isinstance(value, Section)}
    return section.model_copy(update=hidden | nested)
