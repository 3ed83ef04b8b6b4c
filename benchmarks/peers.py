"""Requirements of benchmarks that the package itself does not have: other libraries, and a Milvus server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from towhee_recsys.errors import EvaluationError

if TYPE_CHECKING:
    from tests.servers.milvus import MilvusServer


def must_be_installed(*modules: str) -> None:
    """Raises EvaluationError if one of these modules cannot be imported."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise EvaluationError(
            f"this benchmark needs {', '.join(missing)}, which is not installed: "
            "pip install -r benchmarks/requirements.txt, or `make bench`, or name other benchmarks."
        )


def must_have_milvus_server() -> None:
    """Raises EvaluationError if no Milvus server can be started."""
    must_be_installed("pytest")
    with TemporaryDirectory() as folder:
        _server(Path(folder))


@contextmanager
def milvus_server() -> Iterator[MilvusServer]:
    """A Milvus server on a free loopback port, as in the tests; its data are deleted afterwards."""
    with TemporaryDirectory() as folder, closing(_server(Path(folder))) as server:
        server.start()
        yield server


def _server(folder: Path) -> MilvusServer:
    import pytest

    from tests.servers.milvus import MilvusServer

    try:
        return MilvusServer(folder)
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        raise EvaluationError(f"this benchmark needs a Milvus server: {missing}.") from None
