"""The same with a Milvus server, and catalogue, history and feedback in Redis, all on the same machine."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.case import Case
from benchmarks.peers import milvus_server, must_have_milvus_server
from benchmarks.rows import Row
from benchmarks.serving import PACKAGES as OURS
from benchmarks.serving import measured_rows
from towhee_recsys import index_pipeline

PACKAGES = (*OURS, "redis")

__all__ = ["PACKAGES", "check", "measure"]


def check() -> None:
    """Raises EvaluationError if there is no Milvus server."""
    must_have_milvus_server()


def measure(case: Case) -> list[Row]:
    """The rows for a Milvus server and Redis."""
    from tests.servers.certificates import Certificates
    from tests.servers.redis import RedisServer

    with milvus_server() as milvus, TemporaryDirectory() as folder:
        certificates = Path(folder) / "certificates"
        certificates.mkdir()
        with closing(RedisServer(Path(folder), Certificates(certificates))) as redis:
            redis.start()
            config = case.trained(**{"milvus.uri": milvus.url, "catalogue": redis.url()})
            index_pipeline(config)()
            return measured_rows("serving, Milvus server and Redis", config, case)
