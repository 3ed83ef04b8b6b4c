"""Completes a checked config: where its dataset, model and stores are, its features and its objective."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from towhee_recsys.config.dataset import DataSchema
from towhee_recsys.config.document import Document, dotted
from towhee_recsys.config.features import Features, default_features, with_codes
from towhee_recsys.config.formats import MOVIELENS, TABLE, dataset_format, formats
from towhee_recsys.config.locations import folder_name, with_locations
from towhee_recsys.config.objectives import needs_scale
from towhee_recsys.config.published import PUBLISHED
from towhee_recsys.config.schema import Config
from towhee_recsys.config.secrets import shown_value
from towhee_recsys.config.space import check_tuning
from towhee_recsys.config.tables import RESERVED
from towhee_recsys.errors import ConfigError, close_match
from towhee_recsys.features import IdFeature
from towhee_recsys.features.liked import RECORD_FIELDS

KNOWN = (*PUBLISHED, "sample")
"""The datasets that are found by their name."""

UNNAMED = "data"
"""The name of tables that have no name."""


def cache_folder() -> Path:
    """The folder for downloads: `TOWHEE_RECSYS_HOME`, else the user's cache folder."""
    import platformdirs

    home = os.environ.get("TOWHEE_RECSYS_HOME") or platformdirs.user_cache_dir("towhee_recsys")
    return Path(home).expanduser()


def is_published(dataset: DataSchema) -> bool:
    """Whether `dataset` is known by name, in the format in which it is published."""
    return dataset.name in PUBLISHED and PUBLISHED[dataset.name].format == dataset.format


def completed(config: Config, document: Document) -> Config:
    """`config` with all that was left out: locations, the dataset's strictness and ids, features and objective.

    Raises:
        ConfigError: the dataset's format is not known, its folder or its id columns are not declared, the items' id or
            a column of users has a reserved name, a feature of kind id has another column, the objective needs
            ratings and none are declared, or what `tune` is to try is not acceptable.
    """
    dataset = _completed_dataset(config.dataset, document)
    _must_have_own_ids(config.features, dataset, document)
    _must_not_take_record_fields(config.features, dataset, document)
    features = with_codes(default_features(config.features, dataset), dataset)
    complete = {"dataset": dataset, "features": features, "objective": _objective(config, dataset, document)}
    config = with_locations(config.model_copy(update=complete), folder_name(dataset.name))
    check_tuning(config, document)
    return config


def _completed_dataset(dataset: DataSchema, document: Document) -> DataSchema:
    kind = dataset_format(dataset.model_dump())
    if kind not in formats():
        key = ("dataset", "format")
        given = document.get(key, kind)  # as written: it may come from the environment
        raise ConfigError(
            f"{document.where(key)}: dataset.format: given {shown_value(key, given)}, accepted: "
            f"{', '.join(formats())}.{close_match(given, formats())}"
        )
    _must_not_be_reserved(dataset, document)
    dataset = dataset.model_copy(update={"name": _name(dataset, kind), "format": kind})
    path = _dataset_path(dataset, document) if kind == MOVIELENS else _tables_folder(dataset, document)
    users, items, interactions = dataset.users, dataset.items, dataset.interactions
    return dataset.model_copy(
        update={
            "path": path,
            "strict": dataset.name in KNOWN if dataset.strict is None else dataset.strict,
            "users": users.model_copy(update={"id": users.id or interactions.user}),
            "items": items.model_copy(update={"id": items.id or interactions.item}),
        }
    )


def _name(dataset: DataSchema, kind: str) -> str:
    if "name" in dataset.model_fields_set or kind == MOVIELENS:
        return dataset.name
    return UNNAMED if kind == TABLE else kind


def _must_not_be_reserved(dataset: DataSchema, document: Document) -> None:
    """The items' id may be named by the interactions alone; the table of items has checked its own columns."""
    if not dataset.items.id and (column := dataset.interactions.item) in RESERVED:
        raise ConfigError(
            f"{document.where(('dataset', 'interactions', 'item'))}: dataset.interactions.item: given {column!r}, "
            f"accepted: another name; recommendations have {', '.join(RESERVED)} of their own. Rename it in the data."
        )


def _must_have_own_ids(features: Features, dataset: DataSchema, document: Document) -> None:
    for side, column in (("user", dataset.users.id), ("item", dataset.items.id)):
        for number, feature in enumerate(getattr(features, side)):
            if isinstance(feature, IdFeature) and feature.column != column:
                path = ("features", side, number, "column")
                raise ConfigError(
                    f"{document.where(path)}: {dotted(path)}: given {feature.column!r} for a feature of kind id, "
                    f"accepted: {column!r}, dataset.{side}s.id. A column of other values is of another kind, such as "
                    "category."
                )


def _must_not_take_record_fields(features: Features, dataset: DataSchema, document: Document) -> None:
    """A user's record has fields beside the user's columns; only a history is `liked`, which it is read from."""
    columns: dict[Any, str] = {("dataset", "users", "id"): dataset.users.id}
    columns |= {
        ("features", "user", number, "column"): each.column
        for number, each in enumerate(features.user)
        if not each.is_history
    }
    columns |= {("dataset", "users", "codes", column): column for column in dataset.users.codes}
    for path, column in columns.items():
        if column in RECORD_FIELDS:
            raise ConfigError(
                f"{document.where(path)}: {dotted(path)}: given {column!r}, accepted: another name; a user's record "
                f"has {', '.join(RECORD_FIELDS)} beside its columns. Rename it in the data."
            )


def _dataset_path(dataset: DataSchema, document: Document) -> str:
    if dataset.path is not None:
        return os.path.expanduser(dataset.path)
    if dataset.name == "sample":
        return str(Path(__file__).parent.parent / "data" / "sample")
    if is_published(dataset):
        return str(cache_folder() / dataset.name)
    name = document.get(("dataset", "name"), dataset.name)  # as written: it may come from the environment
    raise ConfigError(
        f"{document.where(('dataset', 'name'))}: dataset.path: missing; the dataset {name!r} needs the folder of its "
        "movies.dat, users.dat and ratings.dat, or the paths of tables of its own, such as interactions: {path: "
        f"orders.csv, user: ..., item: ...}}. Known by name: {', '.join(KNOWN)}.{close_match(name, KNOWN)}"
    )


def _tables_folder(dataset: DataSchema, document: Document) -> str | None:
    """The folder of the tables; whether there are files is left to the reader, as frames are not kept in a config."""
    for name in ("user", "item"):
        if not getattr(dataset.interactions, name):
            raise ConfigError(
                f"{document.where(('dataset', 'interactions'))}: dataset.interactions.{name}: missing, accepted: the "
                f"column with the {name}s' ids."
            )
    if dataset.path is None and is_published(dataset):
        return str(cache_folder() / dataset.name)
    return None if dataset.path is None else os.path.expanduser(dataset.path)


def _objective(config: Config, dataset: DataSchema, document: Document) -> str:
    has_scale = dataset.feedback.scale is not None
    if config.objective == "auto":
        return "both" if has_scale else "ranking"
    if needs_scale(config.objective) and not has_scale:
        location = document.where(("objective",))
        raise ConfigError(
            f"{location}: objective: given {config.objective!r}, which predicts ratings, but dataset.interactions "
            "has no rating with a scale; accepted: ranking. Or declare rating: COLUMN and scale: [lowest, highest]."
        )
    return config.objective
