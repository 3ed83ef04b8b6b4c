"""An index whose items an engine's workers encode is equal, row for row, to one that this process encodes."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.worker_kills import kill_a_worker
from towhee_recsys import load_config, load_pipeline
from towhee_recsys.engines import EngineName, open_engine
from towhee_recsys.pipelines.builder import SHIPPED
from towhee_recsys.stores.vectors import index_of


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_workers_encode_the_same_rows_even_if_one_is_killed(
    indexed_config: Any, tmp_path: Path, engine: EngineName
) -> None:
    if engine == "ray":
        pytest.importorskip("ray")
    expected = index_of(indexed_config.milvus).record
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    killed: list[int] = []
    killer = Thread(target=kill_a_worker, args=("ray::_apply" if engine == "ray" else "spawn_main", killed))
    killer.start()
    in_small_blocks = (
        (SHIPPED / "index.yaml")
        .read_text(encoding="utf-8")
        .replace('args: {dataset: "${dataset}"}', 'args: {dataset: "${dataset}", chunk_size: 25}')
    )
    (tmp_path / "index.yaml").write_text(in_small_blocks, encoding="utf-8")
    with open_engine(engine, workers=2) as opened:
        pipeline = load_pipeline(tmp_path / "index.yaml", load_config(indexed_config, **stores), engine=opened)
        record = pipeline().get()[0]
    killer.join()
    assert len(killed) == 1
    assert (record.rows, record.content_hash) == (expected.rows, expected.content_hash)
