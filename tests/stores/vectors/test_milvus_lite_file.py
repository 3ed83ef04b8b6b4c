"""Milvus Lite: accepted values of `milvus.uri`, and the messages about others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from towhee_recsys.errors import ConfigError, QueryError, StoreError
from towhee_recsys.stores.vectors import open_index, open_store

NAME = (
    "Milvus Lite takes a file name of letters, digits, '.', '_' and '-' that ends in .db and has at most 36 characters."
)
OPEN = """
import sys
from towhee_recsys.stores.vectors import open_index
open_index(sys.argv[1], "items")
print("open", flush=True)
sys.stdin.read()
"""

MAKE = """
import sys
from towhee_recsys.stores.vectors import open_index
from towhee_recsys.stores.vectors import Layout
open_index(sys.argv[1], "items").store.create("items", Layout(8))
print("made")
"""


def refusal(uri):
    with pytest.raises(StoreError) as raised:
        open_store(str(uri))
    return str(raised.value)


@pytest.mark.parametrize("name", ["items", "movies.sqlite", "my movies.db", "items;.db", "é.db", "m" * 34 + ".db"])
def test_names(tmp_path, name):
    uri = str(tmp_path / name)
    assert refusal(uri) == f"milvus.uri {uri!r}: {NAME}"


def test_a_folder(tmp_path):
    folder = tmp_path / "movies.db"
    folder.mkdir()
    assert refusal(folder) == f"milvus.uri {str(folder)!r} is a folder; Milvus Lite here wants a file. Name another."


@pytest.mark.parametrize("content", [b"5001::Metropolis (1927)::Sci-Fi\n", b"SQLite", b"\0" * 4096])
def test_a_file_of_something_else_stays_as_it_is(tmp_path, content):
    file = tmp_path / "movies.db"
    file.write_bytes(content)
    assert refusal(file) == f"milvus.uri {str(file)!r} is a file, but none of Milvus Lite. Name another."
    assert file.read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "items.db")
    assert "items.db' is a device, a pipe or a socket; Milvus Lite wants a file" in refusal(tmp_path / "items.db")


def test_a_place_below_a_file(tmp_path):
    (tmp_path / "file").touch()
    uri = str(tmp_path / "file" / "movies.db")
    assert refusal(uri) == f"milvus.uri {uri!r} lies below a file, not in a folder. Name another."


@pytest.mark.parametrize(
    ("name", "why", "cure"),
    [
        ("a\0b.db", "NUL", "write it without one."),
        ("circle.db", "[Ll]oop|Too many levels", "Name another file."),
        (f"{'x' * 300}/a.db", "too long", "Name another file."),
    ],
)
def test_a_path_that_cannot_be(tmp_path, name, why, cure):
    (tmp_path / "circle.db").symlink_to("circle.db")
    message = refusal(tmp_path / name)
    assert message.startswith("milvus.uri ")
    assert re.search(why, message)
    assert message.endswith(cure)


def test_a_working_folder_that_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    cure = "the working folder does not exist any more. Change to another one"
    assert cure in refusal("items.db")
    if sys.version_info >= (3, 13):
        return  # NumPy cannot be imported in such a folder
    done = subprocess.run([sys.executable, "-c", MAKE, "../items.db"], capture_output=True, text=True, timeout=60)
    assert cure in done.stderr, "nothing has been imported there before"
    monkeypatch.chdir(tmp_path)
    assert open_store(str(tmp_path / "items.db")).names() == []


def test_a_file_that_another_process_has_open(tmp_path, monkeypatch):
    monkeypatch.setattr("towhee_recsys.stores.vectors.milvus.lite.WAIT", 1)
    uri = str(tmp_path / "movies.db")
    with subprocess.Popen(
        [sys.executable, "-c", OPEN, uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        messages = [refusal(uri) for _ in range(2)]  # the second found Milvus Lite's own lock gone
        other.communicate("")
    for message in messages:
        assert message.startswith(f"the Milvus Lite file {uri!r} cannot be opened: another process has it open")
        for cure in ("run a Milvus server and name it in milvus.uri, as in http://", "or end the other process"):
            assert cure in message
    assert open_index(uri, "items").record is None, "it could not be opened once the other had ended"


def test_threads_that_open_at_once_share_a_client(tmp_path):
    barrier = Barrier(8)

    def opened(_):
        barrier.wait()
        return open_index(str(tmp_path / "new" / "movies.db"), "items")

    with ThreadPoolExecutor(8) as pool:
        assert len({id(index) for index in pool.map(opened, range(8))}) == 1


def test_two_spellings_of_a_file_are_one(tmp_path, monkeypatch):
    index = open_index(str(tmp_path / "movies.db"), "items")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert open_index("movies.db", "items") is open_index("~/./movies.db", "items") is index


def test_a_place_from_the_environment_is_found_and_never_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("PLACE", str(tmp_path / "s3cret"))
    open_store("${env:PLACE}/movies.db")
    assert (tmp_path / "s3cret" / "movies.db").is_file()
    (tmp_path / "s3cret" / "file.db").write_text("text")
    (tmp_path / "s3cret" / "folder.db").mkdir()
    for name in ("file.db", "folder.db", "items", "file.db/movies.db"):
        assert "${env:PLACE}/" in refusal(f"${{env:PLACE}}/{name}")
        assert "s3cret" not in refusal(f"${{env:PLACE}}/{name}")
    monkeypatch.setenv("PLACE", "http://me:s3cret@host")
    assert "s3cret" not in refusal("${env:PLACE}")
    with pytest.raises(ConfigError, match="environment variable NOWHERE is not set"):
        open_store("${env:NOWHERE}/movies.db")


@pytest.mark.parametrize("name", ["", "my items", "1st", "a-b", "m" * 101, 'x" or id >= 0'])
def test_names_of_collections(tmp_path, uri, name):
    with pytest.raises(QueryError, match="letters, digits and '_' make a name, 100 at most"):
        open_index(uri, name)


def test_a_client_that_is_not_ours_keeps_its_lock(tmp_path, monkeypatch):
    monkeypatch.setattr("towhee_recsys.stores.vectors.milvus.lite.WAIT", 1)
    uri = str(tmp_path / "movies.db")
    raw = "import sys\nfrom pymilvus import MilvusClient\nMilvusClient(sys.argv[1])\nprint('open', flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", raw, uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        assert all("another process has it open" in refusal(uri) for _ in range(2))
        other.communicate("\n")


def test_a_milvus_lite_that_cannot_be_loaded_is_one_error_and_no_trace(tmp_path):
    code = (
        "import sys\n"
        "sys.modules['milvus_lite.server_manager'] = None\n"
        "from towhee_recsys.stores.vectors import open_index\n"
        "try: open_index(sys.argv[1], 'movies')\n"
        "except Exception as error: print(error)\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "movies.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "movies.db' cannot be opened: milvus-lite is not installed as it should be" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Milvus Lite 3 keeps nothing in a home")
def test_the_home_where_services_of_milvus_lite_would_meet_is_not_theirs(tmp_path):
    """One that cannot make ~/.cache/milvus, for another has just made it, would make no collection."""
    (tmp_path / ".cache").touch()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MAKE, str(tmp_path / "movies.db")],
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("made\n", 0), done.stderr
    assert not (tmp_path / ".movies.db.homes").exists(), "its own home is left behind"
