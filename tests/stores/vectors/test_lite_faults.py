"""What can happen to a Milvus Lite file: each fault has its own message and its own remedy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stores.vectors.helpers import rows
from tests.stores.vectors.lite import ROWS, can_mount, failure, filled, refusal, run, vectors
from towhee_recsys.stores.vectors import open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Milvus Lite 3 keeps folders")

DAMAGED = ("the file is damaged", "Restore it from a copy", "delete it and run `towhee-recsys index -c CONFIG`")
MORE = rows(range(ROWS, 2 * ROWS), vectors(ROWS, seed=1))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with rows that no process has open."""
    store = filled(tmp_path / "full.db")
    store.milvus.file.close()
    return tmp_path / "full.db"


def copy_of(file: Path) -> Path:
    """A copy of a file, which this process has not opened yet."""
    return Path(shutil.copy(file, file.with_name("items.db")))


@pytest.mark.parametrize("share", [0.0001, 0.1, 0.5, 0.9, 0.999])
def test_one_that_was_cut_short_is_not_opened(file, share):
    damaged = copy_of(file)
    os.truncate(damaged, max(16, int(file.stat().st_size * share)))
    assert all(fact in refusal(damaged) for fact in (str(damaged), *DAMAGED))


def test_one_that_was_overwritten_is_not_opened(file):
    damaged = copy_of(file)
    with damaged.open("r+b") as bytes_:
        bytes_.seek(100)
        bytes_.write(b"\xa5" * 20_000)
    assert all(fact in refusal(damaged) for fact in (str(damaged), *DAMAGED))


def test_one_whose_rows_were_overwritten_is_not_read_in_part(file):
    damaged = copy_of(file)
    with damaged.open("r+b") as bytes_:
        bytes_.seek(-8192, os.SEEK_END)
        bytes_.write(b"\xa5" * 8192)
    message = failure(open_store(str(damaged)).count, "b")
    assert all(fact in message for fact in (str(damaged), *DAMAGED))


def overwrite(file: Path) -> None:
    file.write_bytes(b"\xa5" * file.stat().st_size)


def replace(file: Path) -> None:
    shutil.copy(file, file.with_name("copy"))
    file.with_name("copy").replace(file)


@pytest.mark.parametrize(
    ("happens", "facts"),
    [
        (lambda file: os.truncate(file, file.stat().st_size // 2), DAMAGED),
        (overwrite, DAMAGED),
        (os.unlink, ("the file was deleted while it was open", "restore it from a copy, or build it again")),
        (replace, ("another file was put in its place while it was open", "repeat it")),
    ],
)
@pytest.mark.parametrize("write", ["append", "upsert", "delete"])
def test_what_happens_to_one_that_is_open_is_told_at_the_next_write(tmp_path, happens, facts, write):
    file = tmp_path / "items.db"
    store = filled(file)
    happens(file)
    began = time.monotonic()
    message = failure(getattr(store, write), "b", range(9) if write == "delete" else MORE)
    assert all(fact in message for fact in (str(file), *facts)), message
    assert time.monotonic() - began < 5, "it was tried for as long as a call may take"


def test_another_file_in_its_place_is_used_after_the_message(tmp_path):
    file = tmp_path / "items.db"
    store = filled(file)
    replace(file)
    failure(store.append, "b", MORE)
    assert store.count("b") == ROWS
    store.append("b", MORE)
    store.milvus.file.close()
    assert store.count("b") == 2 * ROWS


def test_a_long_path_for_temporary_files_is_no_obstacle(tmp_path):
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    code = "from tests.stores.vectors.lite import *\nprint(filled(Path(sys.argv[1])).count('b'))"
    assert run(code, tmp_path / "items.db", env=os.environ | {"TMPDIR": str(folder)}) == f"{ROWS}\n"


OTHER_USER = """
from tests.stores.vectors.lite import *
own = filled(Path(sys.argv[2]))  # everything is imported while this user may read it
own.milvus.file.close()
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
try:
    store = open_store(sys.argv[1])
    print(store.count("b"))
    store.append("b", rows(range(900, 910), vectors(10)))
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("folder_mode", "mode", "facts"),
    [
        (0o777, 0o444, (f"{ROWS}\n", "this user may not write to the file or its folder. Fix the permissions")),
        (0o555, 0o666, ("this user may not write to the folder. Fix the permissions",)),
        (0o777, 0o000, ("cannot be read: Permission denied",)),
        (0o700, 0o666, ("cannot be read: Permission denied",)),
    ],
)
def test_a_file_or_a_folder_that_may_not_be_written(file, folder_mode, mode, facts):
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    try:
        (folder / "own").mkdir()
        Path(shutil.copy(file, folder / "items.db")).chmod(mode)
        folder.chmod(folder_mode)
        printed = run(OTHER_USER, folder / "items.db", file.with_name("own.db"))
        assert all(fact in printed for fact in (str(folder / "items.db"), *facts)), printed
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


FULL = """
from tests.stores.vectors.lite import *
from tests.vectors import embeddings
from towhee_recsys.model.embeddings import ModelRef, normalize
from towhee_recsys.stores.vectors import insert_live, open_index

disk = sys.argv[1]
def size(bytes, *options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={bytes}", *options]), "disk", disk], check=True)
def room(pages):
    stat = os.statvfs(disk)
    size((stat.f_blocks - stat.f_bfree) * stat.f_bsize + 4096 * pages, "remount")
def units(keys):
    return normalize(embeddings(np.random.default_rng(keys[0]).normal(size=(len(keys), 64)), ModelRef("a" * 16)))

size(2**26)
index = open_index(f"{disk}/items.db", "items")
insert_live(index, range(100), units(range(100)))
acknowledged, refused = list(range(100)), []
for pages in range(0, 60, 3):
    room(pages)
    keys = range(1000 + 100 * pages, 1100 + 100 * pages)
    try:
        insert_live(index, keys, units(keys))
        acknowledged += keys
    except StoreError as error:
        assert "the disk is full" in str(error) and "free space, and repeat it" in str(error), error
        refused.append(keys)
    if pages % 9 == 0:
        assert set(acknowledged) <= set(index.store.rows(index.record.build, acknowledged).ids.tolist())
size(2**26, "remount")
for keys in refused:  # the same once more, with room
    insert_live(index, keys, units(keys))
    acknowledged += keys
code = "from tests.stores.vectors.lite import *\\nfrom towhee_recsys.stores.vectors import open_index\\n"
code += "print(open_index(sys.argv[1], 'items').live().rows)"
index.store.milvus.file.close()
shutil.copy(f"{disk}/items.db", f"{disk}/copy.db")
print(len(refused), len(acknowledged), run(code, f"{disk}/copy.db"))
"""


@pytest.mark.skipif(not can_mount(), reason="no right to mount a small disk here (unshare -Urm mount -t tmpfs)")
def test_on_a_full_disk_nothing_is_acknowledged_that_is_not_in_the_file(tmp_path):
    """Milvus Lite acknowledges rows that it could not write, and finds them until its process ends."""
    disk = tmp_path / "disk"
    disk.mkdir()
    refused, acknowledged, live = run(FULL, disk, prefix=("unshare", "-Urm")).split()
    assert int(refused) > 2
    assert int(acknowledged) == 2100
    assert live == acknowledged


NO_PROCESS = """
import resource
from tests.stores.vectors.lite import *
filled(Path(sys.argv[1]) / "own.db").milvus.file.close()
if os.getuid() == 0:
    os.chmod(sys.argv[1], 0o777), os.setgid(65534), os.setuid(65534)
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
print(refusal(Path(sys.argv[1]) / "items.db"))
"""


def test_a_user_who_may_start_no_process():
    folder = subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip()
    message = run(NO_PROCESS, folder)
    shutil.rmtree(folder)
    for fact in (f"{folder}/items.db", "may start no more processes", "ulimit -u"):
        assert fact in message


LIMITED = """
import resource
from tests.stores.vectors.lite import *
store = filled(Path(sys.argv[1]))
store.milvus.file.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(sys.argv[1]) + 8192, resource.RLIM_INFINITY))
try:
    store.append("b", rows(range(1000, 5000), vectors(4000)))
except StoreError as error:
    print(error)
print(store.count("b"))
"""


def test_a_limit_on_the_size_of_files_is_named(tmp_path):
    message, count = run(LIMITED, tmp_path / "items.db").splitlines()
    assert "items.db" in message
    assert "ulimit -f" in message or "the disk is full" in message
    assert count == str(ROWS)


def test_a_writer_of_another_program_is_named(tmp_path):
    import sqlite3

    store = filled(tmp_path / "items.db")
    other = sqlite3.connect(tmp_path / "items.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "another program is writing to the file. Wait until it has ended" in failure(store.append, "b", MORE)
    other.execute("COMMIT")
    other.close()
    store.append("b", MORE)
    assert store.count("b") == 2 * ROWS


HOLD = """
import sys
from towhee_recsys.stores.vectors import open_store
open_store(sys.argv[1])
print("open", flush=True)
input()
"""


def test_one_that_another_process_keeps_open_is_refused_at_once_in_one_error(tmp_path):
    """As of a server with two workers."""
    uri = str(tmp_path / "items.db")
    command = [sys.executable, "-W", "ignore", "-c", HOLD, uri]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout.readline() == "open\n"
        time.sleep(3)
        began = time.monotonic()
        message = refusal(Path(uri))
        assert time.monotonic() - began < 1
        second = subprocess.run(command, input="\n", capture_output=True, text=True, timeout=60, check=False)
        server.communicate("\n")
    for fact in (uri, "another process has it open", "workers of a web server", "run a Milvus server", "milvus.uri"):
        assert fact in message
    assert second.stderr.count("Traceback") == 1
    assert second.stderr.endswith(f"StoreError: {message}\n")


def test_two_processes_that_open_one_at_once(tmp_path):
    command = [sys.executable, "-W", "ignore", "-c", HOLD, str(tmp_path / "items.db")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    workers = [subprocess.Popen(command, **pipes) for _ in range(2)]
    while all(worker.poll() is None for worker in workers):
        time.sleep(0.1)  # one gives up, while the other has the file open
    workers.sort(key=lambda worker: worker.poll() is None)
    (_, error), (printed, silence) = (worker.communicate("\n", timeout=60) for worker in workers)
    assert error.count("Traceback") == 1
    assert "run a Milvus server" in error
    assert (printed, silence, workers[1].returncode) == ("open\n", "", 0)
