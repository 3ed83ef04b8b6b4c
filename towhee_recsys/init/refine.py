"""Reads the data by a declaration, and adds what only rows can show: features, filters, limits, a plan, a verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset
from towhee_recsys.data.cleaning import cleaned
from towhee_recsys.data.pairs import pair_keys
from towhee_recsys.data.reading import ensure_dataset
from towhee_recsys.data.sources import source_of
from towhee_recsys.data.sources.table.parts import AGAIN, SETTINGS
from towhee_recsys.features import Feature
from towhee_recsys.init.bar import measure_bar
from towhee_recsys.init.facts import facts_of
from towhee_recsys.init.features import FoundFeature, find_features
from towhee_recsys.init.leaks import leaks_of
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.plan import are_real, make_plan
from towhee_recsys.init.roles import Declared
from towhee_recsys.init.verdict import Verdict, judge
from towhee_recsys.init.write import config_text

SEED = 42
"""The seed of the split and the samples that baselines are measured on."""

USUAL = 0.01
"""The share of bad rows that reading accepts by default."""


def refine(declared: Declared, notes: Notes, output: str) -> tuple[str, Verdict]:
    """The text of the config `output` for a declaration, and the verdict on its data.

    Raises:
        ConfigError: the declaration cannot be expressed as a config.
        DatasetError: the data cannot be read by it, or nothing is left of them.
    """
    section = declared.section
    config = load_config(dataset={**section, **_trial(declared)})
    ensure_dataset(config.dataset)
    read = source_of(config.dataset).read(config.dataset)
    repeated = len(read.interactions) - len(np.unique(pair_keys(read.interactions.users, read.interactions.items)))
    dataset = cleaned(read)
    features = _declared_features(config)
    if declared.tables:
        _limit_bad_rows(declared, read, notes)
        _note_single(dataset, notes)
        _keep_the_last(section, repeated, notes)
        _without_equal_times(section, dataset, notes)
        features = {side: _features(dataset, f"{side}s", notes) for side in features}
    if "items" in section:
        section["items"] |= facts_of(dataset, section["items"], features["item"])
    plan = make_plan(dataset, notes)
    verdict = judge(dataset, repeated, plan, features, measure_bar(dataset, plan.protocol, SEED), notes)
    return config_text(section, features, plan, notes, output), verdict


def _trial(declared: Declared) -> dict[str, Any]:
    """The settings by which tables are read once to learn how many of their rows are bad or come again."""
    if not declared.tables:
        return {}
    interactions = declared.section["interactions"]
    rule = {"duplicates": "last"} if "rating" in interactions else {}
    return {"max_bad_share": 1.0, "interactions": interactions | rule}


def _declared_features(config: Config) -> dict[str, list[FoundFeature]]:
    """The features that the declaration of a format suggests."""

    def found(feature: Feature) -> FoundFeature:
        settings = feature.model_dump(exclude_defaults=True, exclude={"kind", "column", "names", "groups_to"})
        return FoundFeature(feature.column, {"kind": feature.kind, "column": feature.column, **settings}, "")

    return {"user": list(map(found, config.features.user)), "item": list(map(found, config.features.item))}


def _features(dataset: Dataset, name: str, notes: Notes) -> list[FoundFeature]:
    users, given = name == "users", dataset.interactions
    table, declared = (dataset.users, dataset.schema.users) if users else (dataset.items, dataset.schema.items)
    leaks = leaks_of(table, given.users if users else given.items, given.values, declared.id)
    found = find_features(table, declared, leaks)
    notes.left_out |= {(name, each.column): each.why for each in found if not each.settings}
    notes.leaks += [(name, column) for column in leaks]
    return found


def _limit_bad_rows(declared: Declared, dataset: Dataset, notes: Notes) -> None:
    """Raises the limit of bad rows where there are more than usual, and notes why."""
    found = {tuple(reason.split(": ", 1)): count for reason, count in dataset.bad_rows.items()}
    for name, good in _good_rows(declared, dataset):
        bad = {reason: count for (file, reason), count in found.items() if file == name and reason != AGAIN}
        rows = good + sum(bad.values())
        share = sum(bad.values()) / max(1, rows)
        if share > USUAL:
            reasons = ", ".join(f"{count:,} x {reason}" for reason, count in bad.items())
            limit = min(1.0, math.ceil(share * 1000 + 1) / 1000)
            declared.section["max_bad_share"] = max(limit, declared.section.get("max_bad_share", 0))
            notes.why["dataset", "max_bad_share"] = f"of {rows:,} rows in {name}: {reasons}"


def _good_rows(declared: Declared, dataset: Dataset) -> Iterator[tuple[str, int]]:
    """The name of each file, and how many of its rows are good."""
    parts = dataset.interactions.parts
    for name, table in declared.tables.items():
        if name == "interactions" and parts is not None:
            files = {"path": table.path, **table.parts}
            yield from ((path.name, int((parts == SETTINGS[setting]).sum())) for setting, path in files.items())
        else:
            yield table.path.name, len(getattr(dataset, name))


def _note_single(dataset: Dataset, notes: Notes) -> None:
    """Notes that all interactions are of one user or of one item."""
    for side, rows in (("user", dataset.interactions.users), ("item", dataset.interactions.items)):
        if len(rows) and (rows == rows[0]).all():
            path = ("dataset", "interactions", side)
            single = f"there is one {side} only, so nothing can be learned; give another column with --{side} COLUMN"
            notes.unsure[path] = f"{notes.unsure[path]}; {single}" if path in notes.unsure else single


def _keep_the_last(section: dict[str, Any], repeated: int, notes: Notes) -> None:
    interactions = section["interactions"]
    if repeated and "rating" in interactions:
        interactions["duplicates"] = "last"
        notes.why["dataset", "interactions", "duplicates"] = (
            f"{repeated:,} ratings of a user and an item that have another one; or first, mean"
        )


def _without_equal_times(section: dict[str, Any], dataset: Dataset, notes: Notes) -> None:
    times = dataset.interactions.times
    if "time" in section["interactions"] and len(times) > 1 and not are_real(times):
        name = section["interactions"].pop("time")
        section["interactions"].pop("time_unit", None)
        notes.left_out["interactions", name] = f"it has {len(np.unique(times)):,} values, which do not order the rows"
