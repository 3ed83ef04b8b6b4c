"""Titles of items, found by what a person types."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

import numpy as np
from rapidfuzz import fuzz, process

from towhee_recsys.stores.vectors import Id

ALIKE = 75
"""The least similarity, of 100, of two words that may be one with a typing error."""

MOST_ALIKE = 20
"""The most words of titles that are taken for one word with a typing error."""

MOST_COMPARED = 1000
"""The most titles that are compared as a whole with what was typed."""

_SEPARATORS = re.compile(r"[\W_]+")


class Titles:
    """The titles of items by id. Case, accents and punctuation do not count. Safe under threads.

    A search reads all titles as one text. Only where none begins with what was typed, distinct words are compared with
    its words, and the titles with these words with all of it: a few milliseconds for 100,000 titles.
    """

    def __init__(self, items: Iterable[tuple[Id, str]]):
        entries = list(items)
        self._ids, self._titles = [key for key, _ in entries], [title for _, title in entries]
        self._folded = [folded(title) for title in self._titles]
        self._text = "\n" + "\n".join(self._folded) + "\n"
        lengths = np.fromiter(map(len, self._folded), dtype=np.int64, count=len(entries))
        self._starts = np.cumsum(lengths + 1) - lengths
        self._known = frozenset(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, key: object) -> bool:
        """Whether an item with this id has a title."""
        return key in self._known

    def named(self, title: str) -> list[tuple[Id, str]]:
        """The items that have this title: ids, and titles as they are written."""
        return self._entries(self._rows_with(f"\n{folded(title)}\n"))

    def close(self, title: str, limit: int) -> list[tuple[Id, str, float]]:
        """The `limit` items whose titles are most like this one: id, title and similarity up to 100, best first."""
        rows = list(islice(self._candidates(folded(title)), MOST_COMPARED))
        return [(self._ids[row], self._titles[row], score) for row, score in self._ranked(folded(title), rows, limit)]

    def search(self, query: str, limit: int) -> list[tuple[Id, str]]:
        """At most `limit` items for what a person has typed so far, best first: ids and titles.

        First come the titles that are the query, then those that begin with it, those with a word that begins with it,
        and those that have it anywhere; last those that have all its words, in any order or with typing errors.
        """
        return self._entries(islice(self._candidates(folded(query)), limit))

    def _entries(self, rows: Iterable[int]) -> list[tuple[Id, str]]:
        return [(self._ids[row], self._titles[row]) for row in rows]

    def _candidates(self, query: str) -> Iterator[int]:
        """The rows of titles that a query may mean, each once."""
        if not query:
            return
        seen: set[int] = set()
        for text in (f"\n{query}\n", f"\n{query}", f" {query}", query):
            yield from _new(self._rows_with(text), seen)
        if not seen or " " in query:
            yield from _new(self._rows_by_words(query), seen)

    def _rows_with(self, text: str) -> Iterator[int]:
        """The rows of titles in which `text` begins; a line break stands before and after each title."""
        at = self._text.find(text)
        while at >= 0:
            row = int(np.searchsorted(self._starts, at + (text[0] == "\n"), side="right")) - 1
            yield row
            at = self._text.find(text, int(self._starts[row]) + len(self._folded[row]))

    def _rows_by_words(self, query: str) -> list[int]:
        """The rows of titles that have all words of a query, or words like them, best first."""
        found: set[int] | None = None
        for word in sorted(query.split(), key=len, reverse=True):
            having = {row for each in self._words_like(word) for row in self._rows_of[each]}
            found = having if found is None else found & having
            if not found:
                break
        rows = sorted(found or ())[:MOST_COMPARED]
        if not rows:  # words may be written as one
            alike = process.extract(query, self._folded, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST_ALIKE)
            return [row for _, _, row in alike]
        return [row for row, _ in self._ranked(query, rows, len(rows))]

    def _ranked(self, query: str, rows: Sequence[int], limit: int) -> list[tuple[int, float]]:
        choices = {row: self._folded[row] for row in rows}
        return [(row, score) for _, score, row in process.extract(query, choices, scorer=fuzz.WRatio, limit=limit)]

    def _words_like(self, word: str) -> list[str]:
        """The words of titles that begin with `word`; where none does, those that may be it with a typing error."""
        first, end = (bisect_left(self._words, each) for each in (word, f"{word}\U0010ffff"))
        if first < end:
            return self._words[first:end]
        alike = process.extract(word, self._words, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST_ALIKE)
        return [each for each, _, _ in alike]

    @cached_property
    def _rows_of(self) -> dict[str, list[int]]:
        """The rows of the titles that have a word, by the word."""
        rows: dict[str, list[int]] = {}
        for row, title in enumerate(self._folded):
            for word in title.split():
                rows.setdefault(word, []).append(row)
        return rows

    @cached_property
    def _words(self) -> list[str]:
        return sorted(self._rows_of)


def _new(rows: Iterable[int], seen: set[int]) -> Iterator[int]:
    """The rows that are not in `seen`, which they are put into."""
    for row in rows:
        if row not in seen:
            seen.add(row)
            yield row


def folded(title: str) -> str:
    """A title without differences of case, accents, punctuation and blanks; as it is where nothing else is in it."""
    plain = title
    if not title.isascii():
        plain = "".join(each for each in unicodedata.normalize("NFKD", title) if not unicodedata.combining(each))
    return _SEPARATORS.sub(" ", plain.casefold()).strip() or " ".join(title.split())
