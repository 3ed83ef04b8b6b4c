"""The same with a Milvus server, and catalogue, history and feedback in Redis, all on the same machine."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.case import Case
from benchmarks.peers import milvus_server, must_have_milvus_server
from benchmarks.rows import Row
from benchmarks.serving import PACKAGES as OURS
from benchmarks.serving import WANTED, measured_rows
from towhee_recsys import index_pipeline

PACKAGES = (*OURS, "redis", "hiredis")

WORK = "serving, Milvus server and Redis"

BOUND = """Both cores, which four processes share. Of 2 ms of processor time of a request, the service takes 1.2,
    half of it in the event loop and half in the pipeline, Milvus 0.7 for its search, and the load generator and Redis
    the rest. A batch takes 10 ms, half of which is its search; one in a hundred takes 30 ms, and a request that arrives
    during it waits for it and for its own."""

WHAT_BOUNDS = dict.fromkeys((f"{WORK}, capacity", f"{WORK}, {WANTED}/s, p99"), BOUND)

__all__ = ["PACKAGES", "WHAT_BOUNDS", "check", "measure"]


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
            return measured_rows(WORK, config, case)
