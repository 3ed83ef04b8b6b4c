"""A checked request: how many items are recommended, which of them may be, and how the list is made."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from towhee_recsys.data.items import VARIANCE
from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import Embeddings
from towhee_recsys.requests.diversity import candidate_count
from towhee_recsys.stores.vectors import Clause, Filter, Id


@dataclass(frozen=True, slots=True)
class Request:
    """How many items are recommended, which of them may be, and how the list is made.

    Attributes:
        top_k: How many items are returned, from 1.
        offset: How many better ones are skipped, from 0.
        where: What the items must match; None where any item may be recommended.
        exclude: The ids in `exclude`, `liked` and `disliked`, which are not recommended.
        include_seen: Whether items that the user has interacted with may be recommended.
        diversity: From 0, the best items, to 1, items that differ as much as possible.
        explain: Whether recommendations have reasons.
        max_std: The most that the standard deviation of an item's predicted rating may be; None where it may be any.
    """

    top_k: int
    offset: int = 0
    where: Filter | None = None
    exclude: tuple[Id, ...] = ()
    include_seen: bool = False
    diversity: float = 0.0
    explain: bool = False
    max_std: float | None = None

    @property
    def candidates(self) -> int:
        """How many hits a search fetches: all up to the end of the page, and more to choose a diverse list from."""
        end = self.offset + self.top_k
        return candidate_count(end) if self.diversity else end

    def filter_for(self, variance: float | None) -> Filter | None:
        """What an item must match for one user: `where`, and that its predicted rating is as sure as `max_std` wants.

        Args:
            variance: The variance of the user's predicted ratings for a usual item; None where the vectors do not have
                it.

        Raises:
            QueryError: there is a `max_std` without a variance.
        """
        if self.max_std is None:
            return self.where
        if variance is None:
            raise QueryError(
                f"max_std: given {self.max_std}, accepted: none. The users' vectors have no variances: take those of "
                "user_encoder, from a model with a teacher.",
                "max_std",
            )
        most = min(self.max_std * self.max_std / variance, sys.float_info.max)
        sure = Clause(VARIANCE, "lte", most)
        return Filter((*self.where.clauses, sure), self.where.only) if self.where else Filter((sure,))

    @property
    def page(self) -> slice:
        """The hits that are returned, of all that were found."""
        return slice(self.offset, self.offset + self.top_k)


def filters_of(requests: Sequence[Request], users: Embeddings) -> list[Filter | None]:
    """What items must match for each request, and its user's vector.

    Raises:
        QueryError: a request has a `max_std`, and the vectors have no variances.
    """
    variances = [None] * len(requests) if users.variances is None else users.variances.tolist()
    return [request.filter_for(variance) for request, variance in zip(requests, variances, strict=True)]
