"""The words of a text: the same in training and in requests."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def words(text: str) -> list[str]:
    """The words of `text`, lower-case, compatibility forms folded (Unicode NFKC), punctuation dropped.

    >>> words("Schindler's List")
    ["schindler's", 'list']
    """
    if text.isascii():  # then only the case needs folding
        return _WORD.findall(text.lower())
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))
