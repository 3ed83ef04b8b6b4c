"""The same request with a Milvus server on the same machine; the catalogue is SQLite, as above.

The server is the one of the tests, Milvus 2.3.5; its index is of the type that the config sets, FLAT.
"""

from __future__ import annotations

from benchmarks.case import Case
from benchmarks.peers import milvus_server, must_have_milvus_server
from benchmarks.request import PACKAGES, measured_rows
from benchmarks.rows import Row
from towhee_recsys import index_pipeline

__all__ = ["PACKAGES", "check", "measure"]


def check() -> None:
    """Raises EvaluationError if there is no Milvus server."""
    must_have_milvus_server()


def measure(case: Case) -> list[Row]:
    """The median and the 99th percentile."""
    with milvus_server() as server:
        config = case.trained(**{"milvus.uri": server.url})
        index_pipeline(config)()
        return measured_rows("one request, Milvus server", config, case)
