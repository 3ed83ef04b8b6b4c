"""How texts and lists are stored and compared: in most kinds of Milvus, and in Milvus Lite 2, which can do less."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

LIST, LENGTH, SET = "v", "n", "s"
"""The keys within the JSON of a list of texts: the list, its length, and on Milvus Lite 2 the texts as keys."""


_PAIRS = {"\t": "\t0", "\n": "\t1", "\f": "\f0", "\r": "\f1"}
"""How Milvus Lite 2 stores some characters: texts keep their order, for tab and form feed precede the line breaks."""

_ENCODED, _DECODED = str.maketrans(_PAIRS), {pair: character for character, pair in _PAIRS.items()}


class Dialect:
    """Milvus servers and Milvus Lite 3."""

    def stored_text(self, text: str) -> str:
        """A text as it is stored; the order of texts stays the same."""
        return text

    def loaded_text(self, stored: str) -> str:
        """The text that is stored so."""
        return stored

    def stored_list(self, texts: Sequence[str]) -> dict[str, Any]:
        """A list of texts as it is stored, as JSON."""
        return {LIST: texts, LENGTH: len(texts)}

    def literal(self, text: str) -> str:
        """A text as it is written in a filter, where it is compared with stored ones."""
        escaped = self.stored_text(text).replace("\\", "\\\\").replace('"', '\\"')
        return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r") + '"'

    def literals(self, texts: Sequence[str]) -> str:
        """A list of texts as it is written in a filter."""
        return f"[{','.join(map(self.literal, texts))}]"

    def has_any(self, column: str, texts: Sequence[str]) -> str:
        """The condition that a list has one of `texts`."""
        return f'array_contains_any({column}["{LIST}"], {self.literals(texts)})'

    def has_all(self, column: str, texts: Sequence[str]) -> str:
        """The condition that a list has all of `texts`."""
        return f'array_contains_all({column}["{LIST}"], {self.literals(texts)})'

    def has_none(self, column: str, texts: Sequence[str]) -> str:
        """The condition that a list has none of `texts`."""
        return f"not {self.has_any(column, texts)}"


class Lite2Dialect(Dialect):
    """Milvus Lite 2.5.1.

    It does not decode an escaped line break in a filter, so texts are stored without any. It has no `not`, and
    `array_contains_any` of more than 8 texts ends its process: lists are compared by their texts as keys of the JSON,
    written in hex. Of a key that is missing, `!=` is true here, but not in Milvus Lite 3.
    """

    def stored_text(self, text: str) -> str:
        """The text without line breaks."""
        return text.translate(_ENCODED)

    def loaded_text(self, stored: str) -> str:
        """The text with its line breaks."""
        return re.sub("[\t\f][01]", lambda match: _DECODED[match[0]], stored)

    def stored_list(self, texts: Sequence[str]) -> dict[str, Any]:
        """The list, and its texts as keys."""
        return {**super().stored_list(texts), SET: {_key(text): 1 for text in texts}}

    def has_any(self, column: str, texts: Sequence[str]) -> str:
        """The condition that one of the texts is a key."""
        return combined([f'{column}["{SET}"]["{_key(text)}"] == 1' for text in texts], "or")

    def has_all(self, column: str, texts: Sequence[str]) -> str:
        """The condition that all texts are keys."""
        return combined([f'{column}["{SET}"]["{_key(text)}"] == 1' for text in texts], "and")

    def has_none(self, column: str, texts: Sequence[str]) -> str:
        """The condition that no text is a key."""
        return combined([f'{column}["{SET}"]["{_key(text)}"] != 1' for text in texts], "and")


def combined(conditions: Sequence[str], word: str) -> str:
    """Conditions joined by `and` or `or`: in pairs, for Milvus Lite refuses what is nested a hundred deep."""
    while len(conditions) > 1:
        pairs = [conditions[first : first + 2] for first in range(0, len(conditions), 2)]
        conditions = [f"({f' {word} '.join(pair)})" if len(pair) > 1 else pair[0] for pair in pairs]
    return conditions[0]


def _key(text: str) -> str:
    return f"x{text.encode().hex()}"
