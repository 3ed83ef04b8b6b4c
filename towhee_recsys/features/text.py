"""The kind `text`: words, read by a convolution (Kim 2014, arXiv:1408.5882)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from towhee_recsys.features.column import Similarity, State, VocabularyColumn
from towhee_recsys.features.feature import LARGEST_SIZE, Feature
from towhee_recsys.features.layer import Layer, Weight, lookup
from towhee_recsys.features.vocabulary import PADDING, Vocabulary
from towhee_recsys.features.words import words

UNKNOWN_WORD = 1
"""The row of words that training never met."""


class TextFeature(Feature):
    """Words: embeddings, a convolution over neighbours, the maximum over the text (Kim 2014, arXiv:1408.5882)."""

    kind: Literal["text"] = "text"
    size: int = Field(default=32, ge=1, le=LARGEST_SIZE, description="the word embedding's length")
    filters: int = Field(default=32, ge=1, le=LARGEST_SIZE, description="how many patterns the convolution looks for")
    window: int = Field(default=3, ge=1, le=64, description="words a pattern spans")
    length: int = Field(default=15, ge=1, le=1024, description="words read; longer texts are cut")

    decays: ClassVar[bool] = True
    is_costly: ClassVar[bool] = True

    @property
    def joined_size(self) -> int:
        """A number for each pattern."""
        return self.filters


class TextColumn(VocabularyColumn[TextFeature]):
    """Texts: int64[n, length] rows of words; row 0 is padding, row 1 the unknown word."""

    paddle_layer = "towhee_recsys.model.paddle.layers.TextLayer"

    @classmethod
    def fit(cls, feature: TextFeature, values: Sequence[Any]) -> State:
        """The distinct words of all texts."""
        texts = (value for value in values if isinstance(value, str))
        return {"values": Vocabulary(word for text in texts for word in words(text)).values}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """The first `length` words of each text, padded at the end: int64[n, length]."""
        texts = [self._words(value) for value in values]
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        rows = np.zeros((len(texts), self.feature.length), dtype=np.int64)
        filled = np.arange(self.feature.length) < lengths[:, np.newaxis]
        rows[filled] = self.vocabulary.rows(chain.from_iterable(texts)) + 1
        return rows

    @property
    def table_rows(self) -> int:
        """The number of known words, and the rows of the unknown word and of padding."""
        return len(self.vocabulary) + 1

    def layer(self, size: int, weight: Weight) -> Layer:
        """A connected layer on top of how strongly each pattern occurs."""
        patterns = self._patterns(weight)
        connected = weight("connected.weight", self.feature.filters, size), weight("connected.bias", size)
        return Layer(lambda words, table: patterns(words) @ table, *connected)

    def similarity(self, others: np.ndarray) -> Similarity:
        """The cosine of two texts by their distinct known words, each weighted by its rarity in `others` (TF-IDF)."""
        counts = np.bincount(others[_first_times(others)], minlength=self.table_rows)
        weights = (1 + np.log((1 + len(others)) / (1 + counts))).astype(np.float32)
        weights[[PADDING, UNKNOWN_WORD]] = 0
        other_lengths = _lengths(others, weights)

        def cosines(texts: np.ndarray) -> np.ndarray:
            words = np.unique(texts)
            products = _by_word(texts, words, weights) @ _by_word(others, words, weights).T
            return np.minimum(products / np.outer(_lengths(texts, weights), other_lengths), 1)

        return cosines

    def _words(self, value: Any) -> list[str]:
        if not isinstance(value, (str, type(None))):
            raise self.refused(value, "a text")
        return words(value or "")[: self.feature.length]

    def _patterns(self, weight: Weight) -> Callable[[np.ndarray], np.ndarray]:
        """How strongly each pattern occurs in texts int64[n, length]: float32[n, filters].

        The products of each word with each position of a window are computed here, once, so that a window is a sum of
        `window` lines.
        """
        feature, window, edge = self.feature, self.feature.window, self.feature.window // 2
        embeddings = weight("embedding.weight", self.table_rows, feature.size)
        embeddings[PADDING] = 0
        convolution = weight("convolution.weight", window * feature.size, feature.filters)
        products = np.matmul(embeddings, convolution.reshape(window, feature.size, feature.filters))
        bias = weight("convolution.bias", feature.filters)

        def patterns(texts: np.ndarray) -> np.ndarray:
            padded = np.full((len(texts), texts.shape[1] + 2 * edge), PADDING)
            padded[:, edge : edge + texts.shape[1]] = texts
            count = padded.shape[1] - window + 1
            sums = lookup(padded[:, :count], products[0])
            for position in range(1, window):
                sums += lookup(padded[:, position : position + count], products[position])
            return np.tanh(sums.max(axis=1) + bias)

        return patterns


def _by_word(texts: np.ndarray, words: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """A column for each of `words`, with its weight in the lines of the texts that have it: float32[n, words]."""
    columns = np.full(len(weights), len(words))
    columns[words] = np.arange(len(words))
    table = np.zeros((len(texts), len(words) + 1), dtype=np.float32)
    table[np.arange(len(texts))[:, None], columns[texts]] = weights[texts]
    return table[:, :-1]


def _lengths(texts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The lengths of the texts' vectors, float32[n]: above 0 even for a text without known words."""
    squares = np.where(_first_times(texts), weights[texts] ** 2, 0)
    return np.sqrt(np.maximum(squares.sum(axis=1), 1e-12))


def _first_times(texts: np.ndarray) -> np.ndarray:
    """Where a text int64[n, length] has a word for the first time: bool[n, length]."""
    earlier = np.tri(texts.shape[1], k=-1, dtype=bool)
    return ~((texts[:, :, None] == texts[:, None, :]) & earlier).any(axis=2)
