"""A file that is no catalogue, is cut short, cannot be written, or goes away while it is open."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.catalogue.catalogue import Catalogue
from towhee_recsys.stores.keyed import sqlite, sqlite_file
from towhee_recsys.stores.keyed.urls import parse_url

FACTS = [{"sku": key, "name": f"name {key}", "price": 1.5, "tags": ["new"]} for key in range(500)]
ITEMS = list(enumerate(FACTS))
CURE = ". Fix that, or name another file in `catalogue`; `towhee-recsys index` fills a new one."


@pytest.fixture
def file(tmp_path):
    return tmp_path / "items.sqlite"


@pytest.fixture
def filled(file):
    """A catalogue of FACTS that another process has written."""
    code = "import sys; from towhee_recsys.stores.catalogue import open_catalogue; c = open_catalogue(sys.argv[1])"
    code += "\nitems = [(k, {'sku': k, 'name': f'name {k}', 'price': 1.5, 'tags': ['new']}) for k in range(500)]"
    code += "\nc.write(items, 'm__1')"
    subprocess.run([sys.executable, "-c", code, f"sqlite:///{file}"], check=True)
    return file


def failure(work, *arguments):
    with pytest.raises(StoreError) as raised:
        work(*arguments)
    return str(raised.value)


@pytest.mark.parametrize("content", [b"5001::Metropolis (1927)::Sci-Fi\n" * 100, b"\0" * 4096])
def test_a_file_of_something_else_stays_as_it_is(file, content):
    file.write_bytes(content)
    url = f"sqlite:///{file}"
    assert failure(open_catalogue, url) == (
        f"the catalogue {url!r} cannot be opened: the file is not an SQLite database{CURE}"
    )
    assert file.read_bytes() == content


def test_a_database_of_another_program_stays_as_it_is(file):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE facts (title TEXT, stars INTEGER)")
        other.execute("INSERT INTO facts VALUES ('Heat', 5)")
    content = file.read_bytes()
    assert failure(open_catalogue, f"sqlite:///{file}").endswith(
        f"cannot be opened: it is a database of another program: its table facts has the columns title, stars{CURE}"
    )
    assert file.read_bytes() == content


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_short(filled, share):
    os.truncate(filled, int(filled.stat().st_size * share))
    url = f"sqlite:///{filled}"
    assert failure(open_catalogue, url) == (
        f"the catalogue {url!r} cannot be opened: the file is damaged: cut short, or overwritten{CURE}"
    )


def test_a_file_that_was_overwritten_is_reported_when_it_is_read(filled):
    with filled.open("r+b") as disk:
        disk.seek(4096 * 2)
        disk.write(b"\xff" * (filled.stat().st_size - 4096 * 2))
    message = failure(lambda: open_catalogue(f"sqlite:///{filled}").get(range(500), "m__1"))
    assert "the file is damaged: cut short, or overwritten" in message


def test_a_table_that_was_taken_away_is_reported(file):
    catalogue = open_catalogue(f"sqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("DROP TABLE facts")
    assert f"cannot be read: no such table: facts{CURE}" in failure(catalogue.get, [1], "m__1")
    assert f"cannot be written: no such table: facts{CURE}" in failure(catalogue.write, ITEMS, "m__1")


@pytest.mark.parametrize("name", ["file/items.sqlite", "file/new/items.sqlite", "folder"])
def test_a_place_where_no_file_can_be(tmp_path, name):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    url = f"sqlite:///{tmp_path / name}"
    assert failure(open_catalogue, url).startswith(f"the catalogue {url!r} cannot be opened: ")


@pytest.mark.skipif(not shutil.which("setpriv") and not getattr(os, "geteuid", int)(), reason="root may write anywhere")
@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such rights there")
@pytest.mark.parametrize("there", [False, True])
def test_a_folder_that_may_not_be_written(filled, tmp_path, there):
    if not there:
        filled.unlink()
    plain = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    code = "import sys; from towhee_recsys.stores.catalogue import open_catalogue; open_catalogue(sys.argv[1])"
    tmp_path.chmod(0o555)
    try:
        command = [*plain, sys.executable, "-c", code, f"sqlite:///{filled}"]
        ran = subprocess.run(command, capture_output=True, text=True)
    finally:
        tmp_path.chmod(0o755)
    reason = ran.stderr.splitlines()[-1].partition("cannot be opened: ")[2]
    reasons = ["the file cannot be opened or created; this user needs the right to do so"]
    reasons += ["this user may not write to the file or its folder"] * there
    assert reason in [f"{each}{CURE}" for each in reasons]


def test_a_file_that_was_deleted_is_reported_until_there_is_one_again(file, tmp_path):
    catalogue = open_catalogue(f"sqlite:///{file}")
    catalogue.write(ITEMS, "m__1")
    for path in tmp_path.glob("items.sqlite*"):
        path.rename(tmp_path / f"moved-{path.name}")
    for call in (lambda: catalogue.get([1], "m__1"), lambda: catalogue.write(ITEMS, "m__2")):
        message = failure(call)
        assert message.startswith(f"the catalogue 'sqlite:///{file}' cannot be ")
        assert "the file is gone since it was opened" in message
        assert not file.exists()
    for path in tmp_path.glob("moved-*"):
        path.rename(tmp_path / path.name.removeprefix("moved-"))
    assert catalogue.get([1], "m__1") == [FACTS[1]]


def test_another_file_in_its_place_is_opened(file, tmp_path):
    catalogue = open_catalogue(f"sqlite:///{file}")
    catalogue.write(ITEMS, "m__1")
    for path in tmp_path.glob("items.sqlite*"):
        path.unlink()
    file.touch()
    assert catalogue.get([1], "m__1") == [None]
    catalogue.write(ITEMS, "m__2")
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT version, count(*) FROM facts GROUP BY version").fetchall() == [("m__2", 500)]


def test_a_row_that_is_not_utf_8_is_broken_and_no_obstacle_to_the_others(file, caplog):
    catalogue = open_catalogue(f"sqlite:///{file}")
    catalogue.write(ITEMS, "m__1")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("UPDATE facts SET facts = CAST(x'ff' AS TEXT) WHERE id = '1'")
        assert catalogue.get([1, 2, 3], "m__1") == [None, *FACTS[2:4]]
        assert "has a broken row for item 1" in caplog.text
        other.execute("DELETE FROM facts WHERE id = '2'")
    assert catalogue.get([2], "m__1") == [None]
    catalogue.write(ITEMS, "m__1")
    assert catalogue.get([1], "m__1") == FACTS[1:2]


def _another(file):
    """The catalogue with a connection of its own, as another process has one."""
    return Catalogue(sqlite.SqliteStore(parse_url(f"sqlite:///{file}", "catalogue"), "facts"))


def test_many_rows_are_read_from_one_state_of_the_file(file, monkeypatch):
    """More ids than one SELECT can bind, while another process replaces the facts."""
    monkeypatch.setattr(sqlite_file, "BOUND", 10)
    writer, reader = (_another(file) for _ in range(2))
    writer.write(ITEMS, "m__1")
    with ThreadPoolExecutor(1) as pool:
        for round_ in range(10):
            later = [(key, facts | {"name": f"round {round_}"}) for key, facts in ITEMS]
            writing = pool.submit(writer.write, later, "m__1")
            while not writing.done():
                names = {facts["name"] for facts in reader.get(range(500), "m__1")}
                assert len(names) == (500 if "name 0" in names else 1)
            writing.result()


def test_the_tables_of_an_older_version_stay_as_they_are(file):
    """Its facts had four fixed columns, or a table of live versions."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE items (version TEXT, movie_id INTEGER, title TEXT, year INTEGER, genres TEXT)")
        other.execute("CREATE TABLE published (moment INTEGER PRIMARY KEY, collection TEXT, version TEXT)")
        other.execute("INSERT INTO items VALUES ('m__1', 1, 'Heat', 1995, '[]')")
        other.execute("INSERT INTO published VALUES (1, 'm', 'm__1')")
        catalogue = open_catalogue(f"sqlite:///{file}")
        assert (catalogue.get([1], "m__1"), catalogue.versions("m")) == ([None], [])
        catalogue.write(ITEMS, "m__1")
        assert catalogue.get([1], "m__1") == FACTS[1:2]
        assert other.execute("SELECT * FROM items").fetchall() == [("m__1", 1, "Heat", 1995, "[]")]


def test_a_process_that_writes_for_too_long_is_named(file, monkeypatch):
    monkeypatch.setattr(sqlite_file, "TIMEOUT", 0.1)
    catalogue = open_catalogue(f"sqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "cannot be written: another process has been writing to it for 30 s" in failure(
            catalogue.write, ITEMS, "m__1"
        )
        assert catalogue.get([1], "m__1") == [None]
    catalogue.write(ITEMS, "m__1")


def test_a_full_disk_loses_nothing_that_was_acknowledged(file):
    catalogue = open_catalogue(f"sqlite:///{file}")
    catalogue.write(ITEMS[:100], "m__1")
    pages = catalogue._store._file._connection.execute("PRAGMA page_count").fetchone()[0]
    catalogue._store._file._connection.execute(f"PRAGMA max_page_count = {pages}")
    assert "cannot be written: the disk is full" in failure(catalogue.write, ITEMS, "m__2")
    assert catalogue.get(range(100), "m__1") == FACTS[:100]
    assert catalogue.versions("m") == ["m__1"]
