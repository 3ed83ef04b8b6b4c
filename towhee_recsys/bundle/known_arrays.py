"""Arrays of known.npz, checked against what the model expects before they are read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from towhee_recsys.bundle.arrays import ArrayFile, Header
from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.manifest import KNOWN
from towhee_recsys.errors import BundleError


def read_known(bundle: Bundle, name: str, expected: Header) -> np.ndarray:
    """The array called `name`.

    Raises:
        BundleError: it is missing, of another type or shape than `expected`, or cannot be read.
    """
    with bundle.open_arrays(KNOWN) as stored:
        return read_expected(bundle, stored, {name: expected})[name]


def read_expected(bundle: Bundle, stored: ArrayFile, expected: Mapping[str, Header]) -> dict[str, np.ndarray]:
    """The arrays of the open file `stored` that have the `expected` names; none is read unless all are as expected.

    Raises:
        BundleError: one is missing, of another type or shape, or cannot be read.
    """
    for name, header in expected.items():
        if (found := stored.header(name)) != header:
            raise BundleError(
                f"{bundle.directory / KNOWN}: {name} is {found or 'missing'}; {header} is expected. {CURE}"
            )
    return {name: stored.read(name) for name in expected}
