"""Checks the space and the metric of `tune`: that the settings exist, and that all of their values are accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from towhee_recsys.config.describe import follow
from towhee_recsys.config.document import Document, KeyPath, as_document, flat, nested
from towhee_recsys.config.objectives import purposes
from towhee_recsys.config.problems import sentences
from towhee_recsys.config.schema import Config
from towhee_recsys.config.secrets import shown_path, shown_value
from towhee_recsys.config.tuning import MEASURES, RANGE, entries
from towhee_recsys.errors import ConfigError, bulleted, close_match

SECTIONS = ("model", "training")
"""The sections whose settings can be tuned."""

NOT_TUNED = (
    *("model.dir", "model.rating_map", "training.validation", "training.device"),
    *("training.continue_epochs", "training.continue_learning_rate"),
)
"""Settings of these that cannot: a trial does not read them, or they would change what it is measured on."""


def tunable() -> list[str]:
    """The settings that can be tuned, by their dotted names."""
    sections = Config().model_dump(include=set(SECTIONS))
    return [name for name, _ in flat(sections) if name not in (*SECTIONS, *NOT_TUNED)]


def is_whole(setting: str) -> bool:
    """Whether the numbers that a setting takes are whole numbers."""
    node = follow(setting.split("."))[1]
    types = {each.get("type") for each in (node, *node.get("anyOf", ()))}
    return "integer" in types and "number" not in types


def check_tuning(config: Config, document: Document) -> None:
    """Checks the section `tune` of a config whose objective is known.

    Raises:
        ConfigError: a setting does not exist or cannot be tuned, it does not accept a value of its range or list, or
            the metric is not one of the objective: all are named with their locations.
    """
    problems = [*_metric_problems(config)]
    for keys, entry in entries(config.tune.space):
        problems += [(("tune", "space", *keys, *rest), why) for rest, why in _problems(".".join(keys), entry)]
    if problems:
        raise ConfigError(bulleted([f"{document.where(path)}: {_shown(path)}: {why}" for path, why in problems]))


def _metric_problems(config: Config) -> Iterator[tuple[tuple[str, ...], str]]:
    metric, there = config.tune.metric, purposes(config.objective)
    if metric is not None and MEASURES[metric] not in there:
        accepted = ", ".join(name for name, purpose in MEASURES.items() if purpose in there)
        yield (
            ("tune", "metric"),
            f"given {metric!r}, which the objective {config.objective} does not learn; accepted: {accepted}.",
        )


def _problems(setting: str, entry: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with a range or list, each with the keys below it."""
    if setting not in tunable():
        yield (), f"no setting that can be tuned.{close_match(setting, tunable())} Accepted: {', '.join(tunable())}."
    elif isinstance(entry, list) and entry:
        yield from (((), why) for value in entry if (why := _refused(setting, value)))
    elif isinstance(entry, Mapping) and {"low", "high"} <= entry.keys() <= RANGE:
        yield from _range_problems(setting, entry)
    else:
        given = ", ".join(map(str, entry)) if isinstance(entry, Mapping) else ""
        shown = f"a mapping of {given or 'nothing'}" if isinstance(entry, Mapping) else shown_value((), entry)
        yield (
            (),
            f"given {shown}, accepted: a range {{low: ..., high: ..., log: true}}, or a list of one value or more.",
        )


def _range_problems(setting: str, entry: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    low, high, log = entry["low"], entry["high"], entry.get("log", False)
    wrong = [(key, why) for key in ("low", "high") if (why := _no_number(entry[key]) or _refused(setting, entry[key]))]
    yield from (((key,), why) for key, why in wrong)
    if not isinstance(log, bool):
        yield ("log",), f"given {shown_value((), log)}, accepted: true or false."
    elif not wrong and low >= high:
        yield ("high",), f"given {shown_value((), high)}, accepted: a number above low, which is {low}."
    elif not wrong and log and low <= 0:
        yield ("low",), f"given {shown_value((), low)}, accepted: a number above 0, since the range is logarithmic."


def _no_number(value: Any) -> str | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return None
    return f"given {shown_value((), value)}, accepted: a number; give values of another kind as a list."


def _refused(setting: str, value: Any) -> str | None:
    """Why a setting does not accept a value; None where it does."""
    given = nested(setting.split("."), value)
    try:
        Config.model_validate(given)
    except ValidationError as error:
        found = sentences(error.errors(include_url=False, include_input=False), as_document(given, setting))
        return next(why for _, why in found)
    return None


def _shown(path: KeyPath) -> str:
    """A path whose keys may be dotted names."""
    return shown_path(tuple(part for key in path for part in str(key).split(".")))
