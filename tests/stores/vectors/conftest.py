from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

import numpy as np
import pytest

from tests.vectors import embeddings
from towhee_recsys.model.embeddings import Embeddings, ModelRef, normalize
from towhee_recsys.stores.vectors import IndexRecord, VectorIndex, insert, model_of, open_index, publish, start_build

numbers = count()


ONE_CODE = ("test_insert.py", "test_checks.py", "test_mismatch.py", "test_maintenance.py")
"""Modules whose tests run in memory and on Milvus Lite alone. What they test is written once, over the protocol that
`test_store.py` tests on the server, too; a server takes seconds for each build. On the server the whole of it runs in
`test_builds.py`, `test_incremental.py`, `test_resuming.py` and `lifecycle/doctor/test_doctor_on_servers.py`."""

SERVER = pytest.param("milvus-server", marks=[pytest.mark.slow, pytest.mark.milvus])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves out the server where one code is tested."""
    items[:] = [item for item in items if not (item.path.name in ONE_CODE and "[milvus-server" in item.name)]


@pytest.fixture(scope="session", params=["memory", "milvus-lite", SERVER])
def uri(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a vector store. Another kind of store is one more param: what is tested here holds for each."""
    if request.param == "memory":
        return f"memory://tests-{next(numbers)}"
    if request.param == "milvus-server":
        return request.getfixturevalue("milvus_server").url
    return str(tmp_path_factory.mktemp(request.param) / "items.db")


@pytest.fixture
def index(uri: str) -> Iterator[VectorIndex]:
    """An index of its own for each test. A server's builds are dropped afterwards: it works for each, used or not."""
    index = open_index(uri, f"items_{next(numbers)}")
    yield index
    if index.store.shared:
        for name in index.store.names():
            if name.startswith(f"{index.collection}_"):
                index.locks.release(name)
                index.store.drop(name)


@pytest.fixture(scope="session")
def units() -> Callable[..., Embeddings]:
    """Unit vectors of a model."""

    def units(rows: int, dim: int = 8, seed: int = 0, model: str | None = "a") -> Embeddings:
        drawn = np.random.default_rng(seed).normal(size=(rows, dim))
        return normalize(embeddings(drawn, ModelRef(model * 16) if model else None))

    return units


@pytest.fixture(scope="session")
def indexed() -> Callable[..., IndexRecord]:
    """Makes `vectors` the live index of `index`, in several inserts; their ids count from 0 unless they are given."""

    def indexed(index: VectorIndex, vectors: Embeddings, ids: Sequence[int] | None = None) -> IndexRecord:
        ids = range(len(vectors)) if ids is None else ids
        build = start_build(index, model_of(vectors), vectors.shape[1])
        size = max(7, len(vectors) // 4)
        chunks = [slice(start, start + size) for start in range(0, len(vectors), size)]
        return publish(index, [insert(index, build, list(ids[chunk]), vectors[chunk]) for chunk in chunks])

    return indexed
