"""Two processes that index into one collection of a real Milvus server: the second one is refused, not mixed up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from towhee_recsys import index_builds, load_config
from towhee_recsys.config import dump_config
from towhee_recsys.stores.vectors import index_of

pytestmark = [pytest.mark.slow, pytest.mark.milvus]

FIRST = """
import sys
import numpy as np
from towhee_recsys.stores.vectors import insert, open_index, publish, start_build
index = open_index(sys.argv[1], "two_indexers")
build = start_build(index, "a" * 16, 8)
receipt = insert(index, build, [1, 2, 3], np.eye(8, dtype=np.float32)[:3])
print(build, flush=True)
sys.stdin.readline()
print(publish(index, [receipt]).build, flush=True)
"""
"""A process that begins a build, and publishes it when it reads a line."""


@pytest.fixture
def on_server(config, models, serve, milvus_server, tmp_path):
    """A file with a config whose index is on the server, and whose model is trained."""
    serve(models[0])
    there = load_config(config, milvus={"uri": milvus_server.url, "collection": "two_indexers"})
    file = tmp_path / "server.yaml"
    file.write_text(dump_config(there), encoding="utf-8")
    yield str(file)
    store = index_of(there.milvus).store
    for name in store.names():
        if name.startswith("two_indexers__"):
            store.drop(name)


@contextmanager
def first(url):
    """The process that came first, after it has written its rows, and the name of its build."""
    command = [sys.executable, "-c", FIRST, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def index(file):
    command = [sys.executable, "-m", "towhee_recsys.cli", "index", "-c", file, "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_the_second_is_refused_until_the_first_has_published(on_server, milvus_server):
    with first(milvus_server.url) as (process, build):
        refused = index(on_server)
        assert refused.returncode == 1
        for fact in (f"process {process.pid} on ", "'two_indexers'", "index again"):
            assert fact in refused.stderr
        assert [(each.build, each.rows) for each in index_builds(on_server)] == [(build, 3)], "it is as it was"
        process.stdin.write("publish\n")
        process.stdin.flush()
        assert process.stdout.readline().strip() == build
        assert process.wait(30) == 0
    second = index(on_server)
    assert second.returncode == 0, second.stderr
    assert [each.build for each in index_builds(on_server)] == [json.loads(second.stdout)["build"], build]


def test_that_of_a_killed_process_does_not_keep_others_away(on_server, milvus_server):
    with first(milvus_server.url) as (process, build):
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    second = index(on_server)
    assert second.returncode == 0, second.stderr
    assert build not in [each.build for each in index_builds(on_server)], "unfinished, of another model"
