"""A build while it is filled: begun, or gone on with after a process that did not end it."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timezone

import numpy as np

from towhee_recsys.stores.vectors.checks import described
from towhee_recsys.stores.vectors.index import ItemIndex
from towhee_recsys.stores.vectors.locks import claim, filling_of, release
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.store import READ_AT_ONCE, append, count, create, names, rows_of, upsert
from towhee_recsys.stores.vectors.milvus.types import EXACT, IndexType, build_params
from towhee_recsys.stores.vectors.pending import SAVED
from towhee_recsys.stores.vectors.records import Receipt
from towhee_recsys.stores.vectors.rows import check_rows, differing, hashes, model_of
from towhee_recsys.stores.vectors.versions import must_be_ours
from towhee_recsys.support.progress import report_progress

log = logging.getLogger(__name__)


def start_build(index: ItemIndex, model_id: str | None, dim: int, how: IndexType = EXACT) -> str:
    """Makes an empty build beside the live one and returns its name: `<collection>__<model>_<draw>`.

    `how` is the type of its vector index. It is this process' to fill, until `publish` or `release`. Raises
    IndexMismatchError when somebody else has a collection of our name.
    """
    must_be_ours(index.milvus, index.collection)
    build = f"{_beginning(index, model_id)}{secrets.token_hex(3)}"
    claim(build, began=True)
    create(index.milvus, build, dim, how)
    return build


def resume_build(index: ItemIndex, model_id: str | None, dim: int, how: IndexType = EXACT) -> str | None:
    """The build with most rows of those that were begun as `start_build` would, and did not go live; None without one.

    It is this process' to fill then. One that this process fills already is left alone, and so is one that another
    process of this machine fills; of other machines nothing is known.
    """
    begun = [name for name in builds_in(index) if re.fullmatch(rf"{_beginning(index, model_id)}[0-9a-f]{{6}}", name)]
    rows = {name: count(index.milvus, name) for name in begun if _made_so(index.milvus, name, dim, how)}
    for build in sorted(rows, key=lambda name: rows[name], reverse=True):
        if rows[build] and claim(build):
            if all(each.build != build for each in index.versions(newest=True).all):
                log.warning("going on with an index that did not end: %s items are there", f"{rows[build]:,}")
                return build
            release(build)
    return None


def insert(index: ItemIndex, build: str, ids: Sequence[int], vectors: np.ndarray) -> Receipt:
    """Writes unit vectors float32[n, dim] by item id into `build`.

    A row that may be there, for somebody else began the build or the id was written before, is read: the same is not
    touched, and another one is replaced. Raises QueryError for vectors that are not of length 1 and for ids that occur
    twice or are no whole numbers.
    """
    check_rows(ids, vectors)
    keys, raw = np.asarray(ids, dtype=np.int64), np.asarray(vectors)
    written, filling = hashes(keys, raw), filling_of(build)
    with filling.writing:
        if filling.lacks(keys):
            append(index.milvus, build, keys, raw)
        else:
            _complete(index.milvus, build, keys, raw, written)
    report_progress(len(keys))
    return Receipt(build, model_of(vectors), raw.shape[1], keys, written)


def builds_in(index: ItemIndex) -> list[str]:
    """The names of the collections that hold builds of the index, unfinished ones and rows set aside, too."""
    ours = re.compile(rf"{index.collection}__([0-9a-f]{{16}}|unknown)_[0-9a-f]{{6}}({SAVED})?")
    return sorted(name for name in names(index.milvus) if ours.fullmatch(name))


def now() -> str:
    """This moment as records have it, in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


def _complete(milvus: Milvus, build: str, ids: np.ndarray, vectors: np.ndarray, wanted: np.ndarray) -> None:
    """Writes those rows that are not there as they should be."""
    for first in range(0, len(ids), READ_AT_ONCE):
        part = slice(first, first + READ_AT_ONCE)
        there, held = rows_of(milvus, build, ids[part])
        lacking = differing(ids[part], wanted[part], there, hashes(there, held))
        if len(lacking):
            upsert(milvus, build, ids[part][lacking], vectors[part][lacking])


def _made_so(milvus: Milvus, build: str, dim: int, how: IndexType) -> bool:
    found_dim, found = described(milvus, build)
    wanted = {"metric_type": "IP", "index_type": how.type, **build_params(how)}
    return found_dim == dim and all(str(found.get(name)) == str(value) for name, value in wanted.items())


def _beginning(index: ItemIndex, model_id: str | None) -> str:
    return f"{index.collection}__{model_id or 'unknown'}_"
