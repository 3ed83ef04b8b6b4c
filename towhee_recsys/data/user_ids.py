"""Ids of users as requests give them."""

from __future__ import annotations

from typing import Any

from towhee_recsys.data.item_ids import is_whole_number
from towhee_recsys.data.items import is_int_id, is_text_id
from towhee_recsys.features.encoder import plain


def possible_ids(given: Any) -> list[int | str]:
    """The ids of a dataset that `given` may stand for: a model finds users by the texts of their ids.

    42 and "42" give the whole number and the text, of which a dataset has one. None, or an id that no dataset can
    have, gives none.
    """
    if type(given) is int and is_int_id(given):  # as most are
        return [given, str(given)]
    key = plain(given)
    if key is None:
        return []
    text = str(key)
    number: list[int | str] = [int(text)] if is_whole_number(text) and is_int_id(int(text)) else []
    return [*number, text] if is_text_id(text) else number
