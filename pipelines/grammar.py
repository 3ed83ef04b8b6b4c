"""The grammar of a pipeline file: reads its declaration and collects all of its mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from towhee_recsys.config import Config, Document, resolve, shown_value
from towhee_recsys.errors import ConfigError, close_match
from towhee_recsys.pipelines.declaration import VERBS, Declaration, Step
from towhee_recsys.pipelines.operator_check import operator_problems

_COLUMN = r"[A-Za-z_][A-Za-z0-9_]*"
_COLUMNS = rf"(?:{_COLUMN}|\(\s*{_COLUMN}(?:\s*,\s*{_COLUMN})*\s*,?\s*\))"
_ARROW = re.compile(rf"\s*({_COLUMNS})\s*->\s*({_COLUMNS})\s*")


class Reader:
    """Reads one pipeline file; `problems` collects every mistake, each with its location."""

    def __init__(self, document: Document, config: Config):
        self._document, self._config = document, config
        self.problems: list[str] = []

    def read(self) -> Declaration:
        """The declaration, as far as the file can be read."""
        data = self._document.data
        self._keys((), data, required=("input", "steps", "output"))
        inputs, defaults = self._inputs(data.get("input"))
        known, steps = set(inputs), []
        given = data.get("steps")
        if not isinstance(given, list) or not given:
            self._problem(("steps",), "steps is a list of at least one step")
            given = []
        for number, step in enumerate(given, start=1):
            read = self._step(number, step, known)
            if read:
                steps.append(read)
                known |= set(read.outputs)
        outputs = self._columns(("output",), data.get("output"))
        if steps:
            self._known(("output",), outputs, known)
        return Declaration(inputs, defaults, steps, outputs)

    def _inputs(self, given: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
        if not isinstance(given, dict):
            return self._columns(("input",), given), {}
        defaults = {key: self._resolved(("input", key), value) for key, value in given.items()}
        return self._columns(("input",), list(given)), defaults

    def _step(self, number: int, given: Any, known: set[str]) -> Step | None:
        at = ("steps", number - 1)
        verb = self._verb(at, given, known)
        if verb is None:
            return None
        self._keys(at, given, required=(verb, "op", *VERBS[verb]), optional=("args",))
        inputs, outputs = self._arrow((*at, verb), given[verb])
        if verb == "filter" and len(inputs) != len(outputs):
            self._problem(
                (*at, verb), f"a filter has as many outputs as inputs; {shown_value((), given[verb])} was given"
            )
        settings = self._settings(at, verb, given)
        self._known((*at, verb), inputs, known)
        self._known((*at, "by"), settings.get("by", ()), known)
        self._known((*at, "timestamp"), _timestamp(settings), known)
        args = self._args(at, given.get("args", {}))
        self._operator(at, given, args, len(settings.get("by", inputs)) if inputs else None)
        return Step(number, verb, inputs, outputs, str(given.get("op")), args, settings)

    def _verb(self, at: tuple[Any, ...], given: Any, known: set[str]) -> str | None:
        """The one verb of a step; without one its outputs count as known, so that the later steps can be read."""
        if not isinstance(given, dict):
            self._problem(at, "a step is a mapping such as {map: user -> vector, op: user_encoder}")
            return None
        verbs = [key for key in given if key in VERBS]
        if len(verbs) == 1:
            return str(verbs[0])
        others = [key for key in given if key not in ("op", "args", *VERBS)]
        nearest = "".join(close_match(key, VERBS) for key in others)
        self._problem(at, f"{len(verbs)} verbs; a step has one of {', '.join(VERBS)}.{nearest}")
        arrows = [_ARROW.fullmatch(value) for value in given.values() if isinstance(value, str)]
        known.update(name for arrow in arrows if arrow for name in _names(arrow[2]))
        return None

    def _arrow(self, path: tuple[Any, ...], given: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        arrow = _ARROW.fullmatch(given) if isinstance(given, str) else None
        if arrow:
            return _names(arrow[1]), _names(arrow[2])
        self._problem(path, f"{shown_value((), given)} is not `input -> output` or `(a, b) -> (c, d)`")
        return (), ()

    def _operator(self, at: tuple[Any, ...], given: dict[Any, Any], args: dict[str, Any], inputs: int | None) -> None:
        op = given.get("op")
        if isinstance(op, str):
            for problem in operator_problems(op, args, inputs):
                self._problem((*at, "op"), problem)
        elif "op" in given:
            self._problem((*at, "op"), f"op names an operator; {shown_value((), op)} was given")

    def _settings(self, at: tuple[Any, ...], verb: str, given: dict[Any, Any]) -> dict[str, Any]:
        """The verb's settings: `by` and `timestamp` name columns, the others are whole numbers above 0."""
        settings: dict[str, Any] = {}
        for key in VERBS[verb]:
            value = self._resolved((*at, key), given.get(key))
            if key not in given or (value is None and given[key] is not None):
                continue
            if key == "by":
                settings[key] = self._columns((*at, key), value)
            elif key == "timestamp":
                settings[key] = next(iter(self._columns((*at, key), [value])), None)
            elif isinstance(value, bool) or not isinstance(value, int) or value < 1:
                self._problem((*at, key), f"{key} is a whole number above 0; {shown_value((), value)} was given")
            else:
                settings[key] = value
        return settings

    def _args(self, at: tuple[Any, ...], given: Any) -> dict[str, Any]:
        if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
            self._problem(
                (*at, "args"), f"args maps the operator's argument names to values; {shown_value((), given)} was given"
            )
            return {}
        return {key: self._resolved((*at, "args", key), value) for key, value in given.items()}

    def _resolved(self, path: tuple[Any, ...], value: Any) -> Any:
        try:
            return resolve(value, self._config, self._location(path))
        except ConfigError as error:
            self.problems.append(str(error))
            return None

    def _columns(self, path: tuple[Any, ...], given: Any) -> tuple[str, ...]:
        names = tuple(given) if isinstance(given, (list, tuple)) else (given,)
        if not names or not all(isinstance(name, str) and re.fullmatch(_COLUMN, name) for name in names):
            self._problem(path, f"{given!r} is no column name or list of them (letters, digits, '_')")
            return ()
        return names

    def _known(self, path: tuple[Any, ...], columns: Iterable[str], known: set[str]) -> None:
        for column in columns:
            if column not in known:
                there = ", ".join(sorted(known))
                self._problem(path, f"column {column!r} is not there yet.{close_match(column, known)} There: {there}")

    def _keys(
        self, path: tuple[Any, ...], given: Any, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> None:
        accepted = (*required, *optional)
        for key in given:
            if key not in accepted:
                nearest = close_match(key, accepted)
                self._problem((*path, key), f"unknown key {key!r}.{nearest} Accepted: {', '.join(accepted)}")
        missing = [key for key in required if key not in given]
        if missing:
            self._problem(path, f"{' and '.join(missing)} missing")

    def _problem(self, path: tuple[Any, ...], text: str) -> None:
        self.problems.append(f"{self._location(path)}: {text.removesuffix('.')}{'' if text.endswith('?') else '.'}")

    def _location(self, path: tuple[Any, ...]) -> str:
        where = self._document.where(path)
        return f"{where}: step {path[1] + 1}" if path[:1] == ("steps",) and len(path) > 1 else where


def _names(columns: str) -> tuple[str, ...]:
    return tuple(re.findall(_COLUMN, columns))


def _timestamp(settings: dict[str, Any]) -> tuple[str, ...]:
    return (settings["timestamp"],) if settings.get("timestamp") else ()
