"""The users that are answered: all that the model knows, or those of a table, as records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee_recsys.bundle import Bundle
from towhee_recsys.data.item_ids import is_whole_number
from towhee_recsys.data.items import IdType
from towhee_recsys.errors import QueryError, close_match
from towhee_recsys.features.encoder import plain
from towhee_recsys.features.liked import GIVEN_FIELDS

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]

ALL = "all"
"""Stands for all users that the model knows."""


def user_id_type(bundle: Bundle) -> IdType:
    """The type of the users' ids, as they are written: whole numbers where all that the model knows are."""
    return "int" if all(map(is_whole_number, bundle.known_ids("user"))) else "text"


def user_blocks(users: str | Path | pd.DataFrame, bundle: Bundle, size: int) -> Iterator[list[Record]]:
    """The records of the users, about `size` at a time; what is missing in a row is left out of its record.

    Errors are raised during the iteration.

    Raises:
        DatasetError: the file is missing or unreadable.
        QueryError: a column is not known, the ids are missing, or a value is not one of its column.
    """
    if isinstance(users, str) and users == ALL:
        yield from _known(bundle, size)
        return
    from towhee_recsys.data.sources.table.records import table_records

    first, kind = 1, user_id_type(bundle)
    for part in table_records(users, "users", size):
        _check_columns(part.columns, bundle, part.is_text)
        read = _text_reader(bundle) if part.is_text else _given
        made = []
        for row, record in enumerate(part.records, start=first):
            try:
                made.append(_with_id(read(record), bundle.schema.users.id, kind))
            except QueryError as error:
                raise QueryError(f"users, row {row}: {error}", error.field, error.accepted) from None
        first += len(made)
        if made:
            yield made


def count_users(users: str | Path | pd.DataFrame, bundle: Bundle) -> int | None:
    """How many users there are; None where that is not known before they are read."""
    if isinstance(users, str) and users == ALL:
        return len(bundle.known_ids("user"))
    if not isinstance(users, (str, Path)):
        return len(users)
    path = Path(users)
    if path.suffix == ".parquet" and path.is_file():
        import pyarrow.parquet as pq

        return int(pq.read_metadata(path).num_rows)
    if path.suffix not in (".csv", ".tsv", ".jsonl", ".ndjson") or not path.is_file():
        return None
    with path.open("rb") as file:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    return max(0, lines - (path.suffix in (".csv", ".tsv")))


def _known(bundle: Bundle, size: int) -> Iterator[list[Record]]:
    column, kind = bundle.schema.users.id, user_id_type(bundle)
    ids = iter(bundle.known_ids("user"))
    while block := [{column: int(key) if kind == "int" else key} for key in islice(ids, size)]:
        yield block


def _check_columns(given: Sequence[str], bundle: Bundle, is_text: bool) -> None:
    column = bundle.schema.users.id
    fields = () if is_text else GIVEN_FIELDS
    accepted = list(dict.fromkeys([column, *bundle.users.state["columns"], *fields]))
    listed = f"Accepted: {', '.join(accepted)}"
    if column not in given:
        hint = close_match(column, given)
        raise QueryError(f"users: given a table with {', '.join(given)}, without ids in {column!r}.{hint} {listed}.")
    if unknown := [name for name in given if name not in accepted]:
        hint = close_match(unknown[0], accepted)
        raise QueryError(f"users: column {unknown[0]!r} is not known.{hint} Leave it out. {listed}.")


def _given(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None}


def _text_reader(bundle: Bundle) -> Callable[[Record], Record]:
    """Makes records of texts: lists are split, and other values are what their features make of a text."""
    lists: Mapping[str, str] = bundle.schema.users.lists
    features = {each.column: each for each in bundle.users.features if not each.is_history}
    id_column = bundle.schema.users.id

    def value(column: str, text: str) -> Any:
        if column == id_column:
            return text.strip()
        if column in lists:
            return [part.strip() for part in text.split(lists[column]) if part.strip()]
        try:
            return features[column].from_text(text.strip())
        except ValueError:
            kind = features[column].kind
            raise QueryError(f"{column}: given {text!r:.200}, accepted: a {kind}.", column, f"a {kind}") from None

    def read(record: Record) -> Record:
        there = {name: text for name, text in record.items() if text is not None and text.strip()}
        return {name: value(name, text) for name, text in there.items() if name in features or name == id_column}

    return read


def _with_id(record: Record, column: str, kind: IdType) -> Record:
    """The record with its id as the dataset's ids are."""
    key = plain(record.get(column))
    text = str(key)
    if key is None or isinstance(key, bool) or (kind == "int" and not is_whole_number(text)):
        accepted = "a whole number" if kind == "int" else "an id"
        raise QueryError(f"{column}: given {key!r:.200}, accepted: {accepted}.", column, accepted)
    return {**record, column: int(text) if kind == "int" else text}
