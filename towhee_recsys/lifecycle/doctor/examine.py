"""The checks in their order, and which of them wait for which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from towhee_recsys.config.sources import Source
from towhee_recsys.errors import QueryError
from towhee_recsys.lifecycle.doctor import contents, leftovers, parts
from towhee_recsys.lifecycle.doctor.case import Case
from towhee_recsys.lifecycle.doctor.findings import Finding, Findings

ITEMS = 20
"""Items whose vectors and facts are looked at one by one."""

CHECKS: dict[str, tuple[Callable[[Case], str], tuple[str, ...]]] = {
    "config": (parts.config, ()),
    "dataset": (parts.dataset, ("config",)),
    "model": (parts.model, ("config",)),
    "milvus": (parts.milvus, ("config",)),
    "catalogue": (parts.catalogue, ("config",)),
    "index": (contents.index, ("milvus",)),
    "index of model": (contents.index_of_model, ("model", "index")),
    "vectors": (contents.vectors, ("index of model",)),
    "facts": (contents.facts, ("index", "catalogue")),
    "builds": (leftovers.builds, ("milvus", "catalogue")),
    "changes": (leftovers.changes, ("index",)),
    "training": (leftovers.training, ("config",)),
}
"""Each check, and those without which it cannot be made."""


def examine(config: Source, *, overrides: Sequence[str] = (), items: int = ITEMS) -> list[Finding]:
    """Looks at everything that `config`, given as to `load_config`, names; nothing is made or changed.

    `items` of the index, drawn by the config's seed, are encoded anew and compared with what the stores hold. All is
    well where no finding's state is `failed`. Raises QueryError for a number of `items` that is none; whatever else is
    wrong is found, not raised.
    """
    if isinstance(items, bool) or not isinstance(items, int) or not 1 <= items <= 10_000:
        raise QueryError(f"items {items!r} is not acceptable: give a whole number from 1 to 10000.")
    case, found = Case(config, overrides, items), Findings()
    for name, (look, needs) in CHECKS.items():
        found.check(name, partial(look, case), needs)
    return found
