"""The space that is searched: the settings, and the values that each may take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from towhee_recsys.config import Config
from towhee_recsys.config.objectives import Purpose, purposes
from towhee_recsys.config.space import is_whole
from towhee_recsys.config.tuning import entries

FACTORS: dict[str, dict[Purpose | None, float]] = {
    "training.learning_rate": {None: 4},
    "training.item_decay": {None: 10},
    "training.ranking_decay": {"ranking": 10},
    "training.temperature": {"ranking": 2},
    "training.rating_decay": {"rating": 10},
}
"""The default space: settings for every purpose (None) or for one; each reaches from the config's value divided by this
factor to the value times it, on a logarithmic scale."""

WHERE_ZERO = (0.001, 1.0)
"""The range of a setting that is 0 in the config."""


@dataclass(frozen=True)
class Setting:
    """A setting that is tuned: numbers from `low` to `high`, or else one of `choices`.

    Attributes:
        name: The dotted name.
        low: The lowest number.
        high: The highest number.
        log: Whether numbers are drawn on a logarithmic scale.
        whole: Whether they are whole numbers.
        choices: The values to choose from, as JSON; empty for a range.
    """

    name: str
    low: float = 0
    high: float = 0
    log: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()

    def drawn(self, trial: Any) -> Any:
        """The value that an Optuna `trial` draws."""
        if self.choices:
            return self.decoded(trial.suggest_categorical(self.name, self.choices))
        draw = trial.suggest_int if self.whole else trial.suggest_float
        return draw(self.name, self.low, self.high, log=self.log)

    def decoded(self, given: Any) -> Any:
        """The value that `given`, as Optuna has it, stands for."""
        return json.loads(given) if self.choices else given

    def encoded(self, value: Any) -> Any:
        """`value` as Optuna has it; None for a value outside of the space."""
        if self.choices:
            return found if (found := json.dumps(value)) in self.choices else None
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if is_number and self.low <= value <= self.high else None


def space_of(config: Config) -> list[Setting]:
    """The settings that `tune.space` declares; where it declares none, the default space around the config's values."""
    declared = [_declared(".".join(keys), entry) for keys, entry in entries(config.tune.space)]
    if declared:
        return declared
    learned = {None, *purposes(config.objective)}
    return [
        _around(name, value_in(config, name), factor)
        for name, factors in FACTORS.items()
        for purpose, factor in factors.items()
        if purpose in learned
    ]


def value_in(config: Config, name: str) -> Any:
    """The value of the setting with this dotted name; None in a section that is left out."""
    found: Any = config
    for part in name.split("."):
        found = found and getattr(found, part)
    return found


def _declared(name: str, entry: Any) -> Setting:
    if isinstance(entry, Mapping):
        whole = is_whole(name)
        kind = int if whole else float
        return Setting(name, kind(entry["low"]), kind(entry["high"]), bool(entry.get("log", False)), whole)
    return Setting(name, choices=tuple(map(json.dumps, entry)))


def _around(name: str, value: float, factor: float) -> Setting:
    low, high = (value / factor, value * factor) if value else WHERE_ZERO
    return Setting(name, low, high, log=True)
