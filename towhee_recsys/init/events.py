"""Default weights of events: looking counts less than putting aside, that less than buying; returning is negative."""

from __future__ import annotations

from collections.abc import Iterable

from towhee_recsys.init.names import words_of

_WEIGHTS: dict[float, str] = {
    1: "purchase purchased buy bought order ordered transaction checkout conversion subscribe install complete "
    "completed finish finished like liked love loved upvote star starred",
    0.5: "cart basket add addtocart wishlist favorite favourite fav save saved bookmark follow share shared download "
    "reply comment apply",
    0.2: "view viewed click clicked pageview pv open opened detail play played listen listened watch watched read "
    "visit search",
    0: "impression shown show exposure",
    -0.5: "skip skipped dislike disliked downvote hide hidden remove removed unfollow unlike block report hate",
    -1: "return returned refund refunded",
}
_WEIGHT = {word: weight for weight, words in _WEIGHTS.items() for word in words.split()}

OTHERS = 0.5
"""The weight of an event that is not known beside others that are."""


def weight_of(event: str) -> float | None:
    """The weight that the words of an event's name suggest; None where they suggest none.

    The last word that is known decides: `add_to_cart` is a cart, and `remove_from_cart` is negative.
    """
    found = [_WEIGHT[word] for word in words_of(event) if word in _WEIGHT]
    negative = [weight for weight in found if weight < 0]
    return negative[0] if negative else found[-1] if found else None


def weights_of(events: Iterable[str]) -> tuple[dict[str, float], list[str]]:
    """A weight for each event, the lowest first, and the events whose weight is a guess."""
    found = {event: weight_of(event) for event in events}
    guessed = [event for event, weight in found.items() if weight is None]
    other = OTHERS if len(guessed) < len(found) else 1.0
    weights = {event: other if weight is None else weight for event, weight in found.items()}
    if max(weights.values(), default=1) <= 0:
        weights = dict.fromkeys(weights, 1.0)
        guessed = list(weights)
    return dict(sorted(weights.items(), key=lambda pair: pair[1])), guessed
