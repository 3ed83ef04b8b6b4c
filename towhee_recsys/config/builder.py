"""Plain data from YAML's events: what the strict reader accepts, and where it stops.

The data is built straight from the parser's events, so nothing is composed, expanded or executed on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from towhee_recsys.config.document import MAX_DEPTH, KeyPath, dotted
from towhee_recsys.config.scalars import scalar
from towhee_recsys.errors import ConfigError

_SURROGATE = re.compile("[\ud800-\udfff]")


def location_after(before: str, name: str) -> str:
    """`file:line:column` of what follows the text `before`."""
    lines = before.split("\n")
    return f"{name}:{len(lines)}:{len(lines[-1]) + 1}"


class Builder:
    """The data of one document, built event by event."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.lines: dict[KeyPath, str] = {(): f"{name}:1"}
        self.events = self._read()

    def build(self) -> Any:
        """The data, None if there is none; `lines` then holds the location of every key.

        Raises:
            ConfigError: the text is no strict YAML.
        """
        documents: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and documents:
                self._refuse(event, "a second document starts here; a file holds one")
            if isinstance(event, yaml.NodeEvent):
                documents.append(self._node(event, ()))
        return documents[0] if documents else None

    def _read(self) -> Iterator[Any]:
        at = f"{self.name}:1:1"
        try:
            for event in yaml.parse(self.text, Loader=yaml.SafeLoader):
                at = self._at(event.end_mark)
                yield event
        except yaml.reader.ReaderError as error:
            location = location_after(self.text[: error.position], self.name)
            raise ConfigError(f"{location}: the character U+{error.character:04X} is not allowed in YAML.") from None
        except yaml.MarkedYAMLError as error:
            raise ConfigError(self._explained(error)) from None
        except (ValueError, OverflowError):  # PyYAML lets them through for escapes and versions out of range
            raise ConfigError(f"{at}: not valid YAML: an escape or a number after here is out of range.") from None

    def _explained(self, error: yaml.MarkedYAMLError) -> str:
        mark: Any = error.problem_mark or error.context_mark
        if "'\\t'" in (error.problem or ""):
            return f"{self._at(mark)}: a tab; YAML is indented and separated with spaces."
        line = "".join(self.text.split("\n")[mark.line : mark.line + 1])
        hint = ' Inside { } and [ ] a reference stands in quotes: "${a.b}".' if "${" in line else ""
        return f"{self._at(mark)}: not valid YAML: {', '.join(filter(None, (error.context, error.problem)))}.{hint}"

    def _node(self, event: Any, path: KeyPath) -> Any:
        self.lines.setdefault(path, f"{self.name}:{event.start_mark.line + 1}")
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._refuse(event, "anchors (&) and aliases (*) are not read; use `extends: FILE` or `${a.b}`")
        if event.tag:
            self._refuse(event, "tags (!) are not read; write the plain value, in quotes where it is a text")
        if len(path) > MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        return self._sequence(path) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(path)

    def _scalar(self, event: Any) -> Any:
        if _SURROGATE.search(event.value):
            self._refuse(event, "an escape from U+D800 to U+DFFF is half a character")
        return scalar(event.value) if event.implicit[0] else event.value

    def _sequence(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> dict[Any, Any]:
        items: dict[Any, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            at = (*path, key)
            if key in items:
                self._refuse(event, f"{dotted(at)} is given twice, first at {self.lines[at]}")
            self.lines[at] = f"{self.name}:{event.start_mark.line + 1}"
            items[key] = self._node(next(self.events), at)
        return items

    def _key(self, event: Any) -> str | int:
        key = self._node(event, ()) if isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)) else None
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            self._refuse(event, "a key is a text or a whole number; put a text that reads as something else in quotes")
        return key

    def _at(self, mark: Any) -> str:
        return f"{self.name}:{mark.line + 1}:{mark.column + 1}"

    def _refuse(self, event: Any, why: str) -> NoReturn:
        raise ConfigError(f"{self._at(event.start_mark)}: {why}.")
