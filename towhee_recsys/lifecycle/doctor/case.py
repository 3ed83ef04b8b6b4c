"""The parts of a config that the checks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from towhee_recsys.config import Config
from towhee_recsys.config.sources import Source

if TYPE_CHECKING:
    from towhee_recsys.bundle import Bundle
    from towhee_recsys.stores.catalogue import Catalogue
    from towhee_recsys.stores.vectors import IndexRecord, VectorIndex


@dataclass
class Case:
    """A config and the parts that it names. Each part is set by the check that opens it, if that check succeeds."""

    source: Source
    overrides: Sequence[str]
    items: int
    """How many items of the index are checked one by one."""
    config: Config = field(init=False)
    trained: Bundle = field(init=False)
    """The model in `model.dir`."""
    published: Bundle = field(init=False)
    """The model of the live build."""
    index: VectorIndex = field(init=False)
    catalogue: Catalogue | None = field(init=False, default=None)
    live: IndexRecord = field(init=False)
    drawn: list[int | str] = field(init=False, default_factory=list)
    """The ids of these items."""
