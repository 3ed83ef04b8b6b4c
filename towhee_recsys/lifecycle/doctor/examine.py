"""The checks in order, and the checks that each of them needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from towhee_recsys.config.sources import Source
from towhee_recsys.errors import QueryError
from towhee_recsys.lifecycle.doctor import contents, leftovers, parts
from towhee_recsys.lifecycle.doctor.case import Case
from towhee_recsys.lifecycle.doctor.findings import Finding, Findings

ITEMS = 20
"""Items whose vectors and facts are checked one by one."""

CHECKS: dict[str, tuple[Callable[[Case], str], tuple[str, ...]]] = {
    "config": (parts.config, ()),
    "dataset": (parts.dataset, ("config",)),
    "model": (parts.model, ("config",)),
    "milvus": (parts.milvus, ("config",)),
    "catalogue": (parts.catalogue, ("config",)),
    "index": (contents.index, ("milvus",)),
    "index of model": (contents.index_of_model, ("index",)),
    "vectors": (contents.vectors, ("index of model",)),
    "facts": (contents.facts, ("index", "catalogue")),
    "history": (contents.history, ("index",)),
    "feedback": (contents.feedback, ("config",)),
    "publishing": (leftovers.publishing, ("model", "index")),
    "builds": (leftovers.builds, ("milvus",)),
    "changes": (leftovers.changes, ("index",)),
    "training": (leftovers.training, ("config",)),
}
"""Each check, and the checks that must succeed before it can be made."""


def examine(config: Source, *, overrides: Sequence[str] = (), items: int = ITEMS) -> list[Finding]:
    """Checks everything that `config` names, without creating or changing anything.

    Args:
        config: As for `load_config`.
        overrides: Texts KEY=VALUE that override settings.
        items: How many items of the index, drawn with the config's seed, are encoded again and compared with what the
            stores hold: from 1 to 10000.

    Returns:
        A finding for each check. Nothing is broken if none of them has the state `failed`.

    Raises:
        QueryError: `items` is not an integer from 1 to 10000. Other errors become findings.
    """
    if isinstance(items, bool) or not isinstance(items, int) or not 1 <= items <= 10_000:
        raise QueryError(f"items {items!r} is not acceptable: give a whole number from 1 to 10000.")
    case, found = Case(config, overrides, items), Findings()
    for name, (look, needs) in CHECKS.items():
        found.check(name, partial(look, case), needs)
    return found
