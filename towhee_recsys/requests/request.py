"""A request, checked: what is recommended beside to whom."""

from __future__ import annotations

from dataclasses import dataclass

from towhee_recsys.requests.diversity import candidate_count
from towhee_recsys.stores.vectors import Filter, Id


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
    """

    top_k: int
    offset: int = 0
    where: Filter | None = None
    exclude: tuple[Id, ...] = ()
    include_seen: bool = False
    diversity: float = 0.0
    explain: bool = False

    @property
    def candidates(self) -> int:
        """How many hits a search fetches: all up to the end of the page, and more to choose a diverse list from."""
        end = self.offset + self.top_k
        return candidate_count(end) if self.diversity else end

    @property
    def page(self) -> slice:
        """The hits that are returned, of all that were found."""
        return slice(self.offset, self.offset + self.top_k)
