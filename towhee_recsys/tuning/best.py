"""The config that tuning writes: the given one, with the best settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from towhee_recsys.config import Config, dump_settings, parse_override
from towhee_recsys.config.document import as_document, flat, merge, nested
from towhee_recsys.config.secrets import SECRETS, is_secret
from towhee_recsys.config.sources import files_of, name_from
from towhee_recsys.errors import TuningError
from towhee_recsys.tuning.results import TrialResult

KEPT = ("dataset", "objective", "protocol", "features", "model", "training", "tune", "seed")
"""The overrides of these settings are written to the best config: no others change the trials."""


def best_config(source: Config | str, overrides: Iterable[str], folder: Path, best: TrialResult, metric: str) -> str:
    """The YAML text of a config in `folder` that extends `source`; of a `Config`, of which no file is known, all of it.

    Secrets in a `Config` and among the overrides are left out.
    """
    settings: dict[str, Any] = {}
    if isinstance(source, Config):
        settings = _without_secrets(source.model_dump(exclude={"dataset": {"tables"}}))
    else:
        settings = {"version": 1, "extends": name_from(source, folder)}
    for given in map(parse_override, overrides):
        if next(iter(given)) in KEPT and not _has_secret(given):
            settings = _merged(settings, given)
    for name, value in best.settings.items():
        settings = _merged(settings, nested(name.split("."), value))
    head = f"# The best of `towhee-recsys tune`, trial {best.number}: {metric} {best.value:.4f} on validation data.\n"
    return head + dump_settings(settings)


def check_not_read(source: Config | str, output: Path) -> None:
    """Checks that a config in `output` would not extend itself.

    Raises:
        TuningError: `output` is the config `source`, or one that it extends.
    """
    if isinstance(source, str) and output.resolve() in files_of(source):
        raise TuningError(
            f"the best config cannot be written to {output}, since it extends that file. Name another file for the "
            "output, or copy the config that is tuned."
        )


def _merged(settings: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    return merge(as_document(settings, ""), as_document(over, "")).data


def _without_secrets(settings: dict[str, Any]) -> dict[str, Any]:
    """`settings` without the values that messages do not show as they are."""
    for path, shown in SECRETS.items():
        section: Any = settings
        for name in path[:-1]:
            section = (section or {}).get(name)
        value = (section or {}).get(path[-1])
        if isinstance(value, str) and shown.text(value) != value:
            del section[path[-1]]
    return settings


def _has_secret(given: Mapping[str, Any]) -> bool:
    paths = [tuple(name.split(".")) for name, _ in flat(given)]
    return any(path in SECRETS or is_secret(path) for path in paths)
