"""What predicts a user's or an item's vector before its ratings do: declared features, and who has rated what.

Who has rated what is the implicit information of SVD++ (Koren 2008). There, a vector is added for each item that a user
has rated. Here, the matrix of 0 and 1 is first cut down to its largest singular values, for users and items alike, and
the vectors of both sides are linear in what remains.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.features import FeatureEncoder

LARGEST = 512
"""Features of more numbers a row are left out: solving for so many coefficients takes long."""


def design(encoder: FeatureEncoder, arrays: Sequence[np.ndarray]) -> np.ndarray:
    """The declared features as numbers for a linear model: float32[n, k], for the `arrays` that `encoder` made.

    Categories are a number for each value, which is 1 or 0, and numbers are as their feature encodes them. Ids, texts
    and histories are left out, and so are features that would be more than `LARGEST` numbers.
    """
    columns = [
        column.linear(array)
        for column, array in zip(encoder.columns, arrays, strict=True)
        if column.table_rows <= LARGEST
    ]
    return np.concatenate([np.zeros((len(arrays[0]), 0), np.float32), *columns], axis=1)


def prior_features(declared: np.ndarray, counts: np.ndarray, singular: np.ndarray) -> np.ndarray:
    """All numbers that predict the vectors: float32[n, 1 + k + 1 + svd_rank].

    Args:
        declared: float32[n, k], of the declared features.
        counts: int[n], the numbers of ratings.
        singular: float32[n, svd_rank], the singular vectors of who has rated what.
    """
    n = len(declared)
    log_counts = np.log1p(counts)[:, np.newaxis] / 5
    return np.concatenate([np.ones((n, 1)), declared, log_counts, singular * (np.sqrt(n) / 2)], 1, dtype=np.float32)
