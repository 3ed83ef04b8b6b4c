"""What a declaration may say of MovieLens' three files, whose columns are fixed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from towhee_recsys.config import DataSchema
from towhee_recsys.config.made_columns import MadeColumns
from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.items import FieldType
from towhee_recsys.data.sources.declared import declared_columns
from towhee_recsys.errors import DeclarationError, bulleted, close_match
from towhee_recsys.support.section import Section

USER_COLUMNS = ("user_id", "gender", "age", "occupation", "zip_code")
ITEM_TYPES: dict[str, FieldType] = {"movie_id": "number", "title": "text", "year": "number", "genres": "texts"}


def _fixed_settings(section: type[Section]) -> Iterator[tuple[str, Any]]:
    """The settings of a section that keep their defaults."""
    return ((name, field.default) for name, field in section.model_fields.items())


FIXED = {
    "users.id": "user_id",
    "users.lists": {},
    "items.id": "movie_id",
    "items.lists": {"genres": "|"},
    "interactions.user": "user_id",
    "interactions.item": "movie_id",
    "interactions.rating": "rating",
    "interactions.validation": None,
    "interactions.test": None,
    "interactions.event": None,
    "interactions.count": None,
    "interactions.time": "timestamp",
    "interactions.time_unit": "s",
    **{f"{table}.{key}": value for table in ("users", "items") for key, value in _fixed_settings(MadeColumns)},
    **{f"interactions.{key}": value for key, value in _fixed_settings(TableFile)},
}
"""The settings that cannot have another value."""

CODES = {"gender": str, "age": int, "occupation": int}
"""The columns of users.dat that hold codes, with the type of the codes."""

CURE = (
    "The reader of the format movielens gives fixed columns; for files of your own declare tables, with format: table "
    "and a path for each."
)


def check_declaration(schema: DataSchema) -> None:
    """Checks that `schema` declares what the reader gives.

    Raises:
        DeclarationError: it does not; all settings that are wrong are named.
    """
    if problems := [*_fixed(schema), *_columns(schema), *_codes(schema)]:
        raise DeclarationError(bulleted(problems, after=CURE))


def _fixed(schema: DataSchema) -> Iterator[str]:
    if schema.tables:
        yield f"dataset.tables: given {', '.join(schema.tables)}, accepted: nothing"
    for key, accepted in FIXED.items():
        table, setting = key.split(".")
        given = getattr(getattr(schema, table), setting)
        if given != accepted:
            yield _refused(f"dataset.{key}", given, "nothing" if accepted in (None, {}, []) else repr(accepted))


def _columns(schema: DataSchema) -> Iterator[str]:
    """The id and the lists are fixed already."""
    named = [*declared_columns(schema.items, "dataset.items"), *declared_columns(schema.users, "dataset.users")]
    for setting, column in named:
        there: Collection[str] = USER_COLUMNS if setting.startswith("dataset.users") else ITEM_TYPES
        if setting == "dataset.items.title" and column != "title":
            yield _refused(setting, column, "'title'")
        elif column not in there and setting.split(".")[2] not in ("id", "lists"):
            yield _refused(setting, column, ", ".join(map(repr, there)), close_match(column, there))


def _codes(schema: DataSchema) -> Iterator[str]:
    for column, kind in CODES.items():
        accepted = "texts" if kind is str else "whole numbers"
        declared = schema.users.codes.get(column)
        if declared is None:
            yield f"dataset.users.codes.{column}: missing, accepted: names for codes, which are {accepted}"
        elif wrong := [code for code in declared.names if not isinstance(code, kind)]:
            yield _refused(f"dataset.users.codes.{column}.names", wrong[0], f"codes that are {accepted}")


def _refused(setting: str, given: Any, accepted: str, hint: str = "") -> str:
    return f"{setting}: given {given!r}, accepted: {accepted}.{hint}"
