"""What `catalogue` may be, and what is said of what it may not be."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from towhee_recsys.catalogue import open_catalogue
from towhee_recsys.errors import ConfigError, StoreError


def refusal(url):
    with pytest.raises(StoreError) as raised:
        open_catalogue(url)
    return str(raised.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("movies.sqlite", "'movies.sqlite'"),
        ("sqlite://movies.sqlite", "'sqlite://...'"),
        ("sqlite:///", "'sqlite://...'"),
        ("mysql://me:s3cret@host/movies", "'mysql://...'"),
        ("redis://:s3/cret@host", "'redis://...'"),
        ("postgresql://host/movies?password=s3cret", "'postgresql://...'"),
        ("${env:URL}", "'mysql://...'"),
        ("${env:SECRET}", "'${env:SECRET}'"),
    ],
)
def test_another_kind(monkeypatch, url, shown):
    monkeypatch.setenv("URL", "mysql://me:s3cret@host/movies")
    monkeypatch.setenv("SECRET", "s3cret")
    assert refusal(url) == f"catalogue {shown}: this kind of URL is not known. Accepted: sqlite:///FILE."


@pytest.mark.parametrize("content", [b"5001::Metropolis (1927)::Sci-Fi\n" * 100, b"\0" * 4096])
def test_a_file_of_something_else_stays_as_it_is(tmp_path, content):
    file = tmp_path / "movies.sqlite"
    file.write_bytes(content)
    message = refusal(f"sqlite:///{file}")
    assert message.startswith(f"the catalogue {f'sqlite:///{file}'!r} cannot be opened: file is not a database.")
    assert message.endswith("Name another file in `catalogue`, or delete it and run `towhee-recsys index` again.")
    assert file.read_bytes() == content


def test_a_database_of_something_else_stays_as_it_is(tmp_path):
    file = tmp_path / "movies.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE movies (title TEXT, stars INTEGER)")
        other.execute("INSERT INTO movies VALUES ('Heat', 5)")
    catalogue = open_catalogue(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="cannot be read: no such column: movie_id"):
        catalogue.get([1])
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT * FROM movies").fetchall() == [("Heat", 5)]


@pytest.mark.parametrize("name", ["file/movies.sqlite", "file/new/movies.sqlite", "folder"])
def test_a_place_where_no_file_can_be(tmp_path, name):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    url = f"sqlite:///{tmp_path / name}"
    assert refusal(url).startswith(f"the catalogue {url!r} cannot be opened: ")


def test_a_place_from_the_environment_is_found_and_never_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("PLACE", str(tmp_path / "s3cret"))
    open_catalogue("sqlite:///${env:PLACE}/movies.sqlite")
    assert (tmp_path / "s3cret" / "movies.sqlite").is_file()
    (tmp_path / "s3cret" / "file").write_text("text" * 1000)
    for name in ("file", "file/movies.sqlite"):
        message = refusal(f"sqlite:///${{env:PLACE}}/{name}")
        assert f"'sqlite:///${{env:PLACE}}/{name}'" in message
        assert "s3cret" not in message
    with pytest.raises(ConfigError, match="environment variable NOWHERE is not set"):
        open_catalogue("sqlite:///${env:NOWHERE}/movies.sqlite")


def test_a_relative_path_is_of_the_folder_one_is_in(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        open_catalogue("sqlite:///movies.sqlite").write([], "v1")
        assert (tmp_path / name / "movies.sqlite").is_file()
    assert open_catalogue("sqlite:///movies.sqlite") is open_catalogue(f"sqlite:///{tmp_path}/two/movies.sqlite")


def test_a_broken_file_says_so_when_it_is_read(tmp_path):
    file = tmp_path / "movies.sqlite"
    catalogue = open_catalogue(f"sqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("DROP TABLE movies")
    with pytest.raises(StoreError, match=r"cannot be read: no such table: movies\. Name another file"):
        catalogue.get([1])
    with pytest.raises(StoreError, match="cannot be written: no such table: movies"):
        catalogue.write([{"movie_id": 1, "title": "", "year": None, "genres": []}], "v1")
