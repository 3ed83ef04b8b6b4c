"""An index whose items an engine's workers encode is equal, row for row, to one that this process encodes."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from tests.worker_kills import kill_a_worker
from towhee_recsys import load_config, load_pipeline
from towhee_recsys.engines import EngineName, open_engine
from towhee_recsys.pipelines.builder import SHIPPED


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="NumPy 1 rounds products by the number of threads"
)
@pytest.mark.parametrize("engine", ["local", "ray"])
def test_workers_encode_the_same_rows_even_if_one_is_killed(
    indexed_config: Any, tmp_path: Path, engine: EngineName
) -> None:
    if engine == "ray":
        pytest.importorskip("ray")
    in_small_blocks = (
        (SHIPPED / "index.yaml")
        .read_text(encoding="utf-8")
        .replace('args: {dataset: "${dataset}"}', 'args: {dataset: "${dataset}", chunk_size: 25}')
    )
    (tmp_path / "index.yaml").write_text(in_small_blocks, encoding="utf-8")
    expected = load_pipeline(tmp_path / "index.yaml", in_own_stores(indexed_config, tmp_path, "here"))().get()[0]
    killed: list[int] = []
    killer = Thread(target=kill_a_worker, args=("ray::_apply" if engine == "ray" else "spawn_main", killed))
    killer.start()
    with open_engine(engine, workers=2) as opened:
        config = in_own_stores(indexed_config, tmp_path, "workers")
        record = load_pipeline(tmp_path / "index.yaml", config, engine=opened)().get()[0]
    killer.join()
    assert len(killed) == 1
    assert (record.rows, record.content_hash) == (expected.rows, expected.content_hash)


def in_own_stores(config: Any, folder: Path, name: str) -> Any:
    """`config` with an index and a catalogue of its own."""
    stores = {"milvus": {"uri": str(folder / f"{name}.db")}, "catalogue": f"sqlite:///{folder / f'{name}.sqlite'}"}
    return load_config(config, **stores)
