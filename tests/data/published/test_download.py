"""Downloads from a real HTTP server on this machine; the archive and its rows are invented."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import shutil
import socket
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from zipfile import ZipFile

import pytest

from tests.declarations import schema
from towhee_recsys.config.published import PUBLISHED
from towhee_recsys.data import check_dataset, read_dataset
from towhee_recsys.data.sources.published import download, transfer
from towhee_recsys.errors import DatasetError

ML_1M = PUBLISHED["ml-1m"]


def archive_bytes():
    content = io.BytesIO()
    with ZipFile(content, "w") as file:
        file.writestr("ml-1m/movies.dat", "1::A (1990)::War\n" * 10_000)
        file.writestr("ml-1m/users.dat", "1::F::25::12::1\n")
        file.writestr("ml-1m/ratings.dat", "1::1::5::0\n")
        file.writestr("ml-1m/README", "terms")
    return content.getvalue()


ARCHIVE = archive_bytes()
MD5 = hashlib.md5(ARCHIVE).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """The first part of the path says how to misbehave; the server notes each path with its Range."""

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.requests.append((self.path, wanted))
        manner = self.path.split("/")[1]
        if manner == "missing":
            return self.send_error(404)
        content = {"wrong": b"<html>log in first</html>", "no-md5": b"not found"}.get(manner, self.server.archive)
        if self.path.endswith(".md5") and manner != "no-md5":
            md5 = hashlib.md5(self.server.archive).hexdigest()
            content = (f"MD5 (x.zip) = {md5}\n" if manner == "bsd" else f"{md5.upper()}  x.zip\n").encode()
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and manner != "no-range" else 0
        if start and start >= len(content):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        drops = manner == "drops" and len(self.server.requests) < 3
        self.wfile.write(content[start : start + 49_152] if drops else content[start:])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.requests, server.archive = [], ARCHIVE
        server.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "ml-1m"


def ensure(folder, *sources, md5=MD5):
    published = replace(ML_1M, urls=sources, md5=md5)
    return download.download_dataset(schema(path=str(folder), download=True), ML_1M.files, published)


def names(folder):
    return sorted(file.name for file in folder.iterdir())


COMPLETE = ["README", "movies.dat", "ratings.dat", "users.dat"]


def test_download_puts_the_folder_in_place_and_shows_the_terms(server, folder, capsys, caplog):
    caplog.set_level(logging.INFO, "towhee_recsys.data")
    assert ensure(folder, f"{server.url}/good") == folder
    assert names(folder) == COMPLETE
    assert names(folder.parent) == ["ml-1m"]
    assert "https://doi.org/10.1145/2827872" in capsys.readouterr().err
    assert f"MovieLens 1M is in {folder}" in caplog.text


def test_the_terms_are_shown_before_anything_is_fetched(folder, closed_port, capsys):
    with pytest.raises(DatasetError):
        ensure(folder, f"http://127.0.0.1:{closed_port}/")
    shown = capsys.readouterr().err
    assert shown.startswith("MovieLens 1M belongs to the University of Minnesota")
    assert ML_1M.license in shown


@pytest.mark.parametrize("manner", ["good", "bsd"])
def test_an_archive_that_changes_is_checked_by_the_checksum_beside_it(server, folder, manner):
    ensure(folder, f"{server.url}/{manner}/x.zip", md5=None)
    assert [path for path, _ in server.requests] == [f"/{manner}/x.zip.md5", f"/{manner}/x.zip"]
    assert names(folder) == COMPLETE


def test_a_checksum_that_is_none_or_wrong_or_missing(server, folder, closed_port):
    offline = f"http://127.0.0.1:{closed_port}/x.zip"
    urls = [f"{server.url}/no-md5/x.zip", f"{server.url}/missing/x.zip", f"{server.url}/wrong/x.zip", offline]
    with pytest.raises(DatasetError) as caught:
        ensure(folder, *urls, md5=None)
    causes = str(caught.value).splitlines()[1:5]
    assert f"{urls[0]}.md5" in causes[0]
    assert "32 hexadecimal digits" in causes[0]
    assert "404" in causes[1]
    assert "wrong checksum" in causes[2]
    assert "no connection" in causes[3]
    assert not folder.exists()


def test_a_dataset_in_tables_is_downloaded_before_it_is_read(server, tmp_path, monkeypatch):
    content = io.BytesIO()
    with ZipFile(content, "w") as file:
        file.writestr("ml-latest-small/movies.csv", "movieId,title,genres\n6,Heat (1995),Crime\n")
        file.writestr("ml-latest-small/ratings.csv", "userId,movieId,rating,timestamp\n1,6,4.5,978300760\n")
        file.writestr("ml-latest-small/tags.csv", "not needed")
        file.writestr("ml-latest-small/README.txt", "terms")
    server.archive = content.getvalue()
    published = replace(PUBLISHED["ml-latest-small"], urls=(f"{server.url}/good/x.zip",))
    monkeypatch.setitem(PUBLISHED, "ml-latest-small", published)
    monkeypatch.setenv("TOWHEE_RECSYS_HOME", str(tmp_path))
    declared = schema(name="ml-latest-small", download=True)
    assert not check_dataset(declared)[1]
    assert read_dataset(declared).items["title"].tolist() == ["Heat"]
    assert names(tmp_path / "ml-latest-small") == ["README.txt", "movies.csv", "ratings.csv"]
    assert check_dataset(declared)[1]
    read_dataset(declared)
    assert len(server.requests) == 2


def test_second_call_makes_no_request(server, folder):
    ensure(folder, f"{server.url}/good")
    ensure(folder, f"{server.url}/good")
    assert len(server.requests) == 1


def test_empty_folder_is_filled(server, folder):
    folder.mkdir(parents=True)
    ensure(folder, f"{server.url}/good")
    assert names(folder) == COMPLETE


def test_link_to_an_empty_folder_is_filled(server, folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    ensure(folder, f"{server.url}/good")
    assert names(folder) == COMPLETE


def test_folder_with_other_files_is_not_touched(server, folder):
    folder.mkdir(parents=True)
    (folder / "movies.dat").write_text("mine")
    with pytest.raises(DatasetError, match=r"lacks users\.dat, ratings\.dat but is not empty; move it away, or give"):
        ensure(folder, f"{server.url}/good")
    assert (folder / "movies.dat").read_text() == "mine"
    assert server.requests == []


def test_without_leave_nothing_is_fetched(folder):
    with pytest.raises(DatasetError, match=r"or set dataset\.download: true"):
        download.download_dataset(schema(path=str(folder)), ML_1M.files)
    assert not folder.parent.exists()


def test_dropped_connection_resumes_where_it_stopped(server, folder):
    ensure(folder, f"{server.url}/drops")
    assert [wanted for _, wanted in server.requests] == [None, "bytes=49152-", "bytes=98304-"]
    assert names(folder) == COMPLETE


def test_piece_of_an_earlier_process_is_continued(server, folder):
    folder.parent.mkdir()
    (folder.parent / "ml-1m.zip.part").write_bytes(ARCHIVE[:70_000])
    ensure(folder, f"{server.url}/good")
    assert server.requests == [("/good", "bytes=70000-")]


def test_server_that_ignores_ranges_starts_over(server, folder):
    folder.parent.mkdir()
    (folder.parent / "ml-1m.zip.part").write_bytes(ARCHIVE[:70_000])
    ensure(folder, f"{server.url}/no-range")
    assert names(folder) == COMPLETE


@pytest.mark.parametrize("piece", [b"x" * 70_000, b"x" * len(ARCHIVE), b"x" * 1_000_000])
def test_foreign_piece_is_thrown_away(server, folder, piece):
    folder.parent.mkdir()
    (folder.parent / "ml-1m.zip.part").write_bytes(piece)
    ensure(folder, f"{server.url}/good")
    assert [wanted for _, wanted in server.requests] == [f"bytes={len(piece)}-", None]


def test_archive_that_is_already_whole_is_not_fetched(folder):
    folder.parent.mkdir()
    (folder.parent / "ml-1m.zip.part").write_bytes(ARCHIVE)
    ensure(folder)
    assert names(folder) == COMPLETE


def test_next_source_after_a_wrong_checksum_and_a_404(server, folder):
    ensure(folder, f"{server.url}/wrong", f"{server.url}/missing", f"{server.url}/good")
    assert [path for path, _ in server.requests] == ["/wrong", "/missing", "/good"]
    assert names(folder) == COMPLETE


def test_all_sources_fail(server, folder, closed_port):
    offline = f"http://127.0.0.1:{closed_port}/"
    sources = [f"{server.url}/wrong", f"{server.url}/missing", offline, "ftp://127.0.0.1/x", "file:///etc/hosts"]
    with pytest.raises(DatasetError) as caught:
        ensure(folder, *sources)
    assert str(caught.value).splitlines() == [
        "MovieLens 1M could not be downloaded:",
        f"- {server.url}/wrong: wrong checksum, so it is not the published archive",
        f"- {server.url}/missing: HTTP 404 Not Found",
        f"- {offline}: no connection",
        "- ftp://127.0.0.1/x: only https and http are accepted",
        "- file:///etc/hosts: only https and http are accepted",
        "Try again when the network is there (the download resumes where it stopped), "
        "or give the folder with --set dataset.path=DIR",
    ]
    assert names(folder.parent) == []


def test_piece_stays_when_the_network_goes(server, folder, monkeypatch):
    monkeypatch.setattr(transfer, "ATTEMPTS", 1)
    with pytest.raises(DatasetError, match="/drops: the connection broke off"):
        ensure(folder, f"{server.url}/drops")
    assert names(folder.parent) == ["ml-1m.zip.part"]
    assert (folder.parent / "ml-1m.zip.part").read_bytes() == ARCHIVE[:49_152]


def test_silent_server(folder, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(transfer, "READ_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        with pytest.raises(DatasetError, match=f"{url}: no answer in time"):
            ensure(folder, url)


def test_endless_server(server, folder, monkeypatch):
    monkeypatch.setattr(transfer, "LARGEST", 1000)
    with pytest.raises(DatasetError, match="/good: more than 1,000 bytes"):
        ensure(folder, f"{server.url}/good")


def test_half_a_zip_with_the_right_checksum(server, folder):
    folder.parent.mkdir()
    half = ARCHIVE[: len(ARCHIVE) // 2]
    (folder.parent / "ml-1m.zip.part").write_bytes(half)
    with pytest.raises(DatasetError, match="is not unpacked: File is not a zip file"):
        ensure(folder, md5=hashlib.md5(half).hexdigest())
    assert names(folder.parent) == ["ml-1m.zip.part"]


def test_interrupted_unpacking_leaves_only_the_piece(server, folder, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ensure(folder, f"{server.url}/good")
    assert names(folder.parent) == ["ml-1m.zip.part"]


def test_leftovers_of_a_killed_process_are_cleared(server, folder):
    beside = folder.parent / "ml-1m.part"
    beside.mkdir(parents=True)
    (beside / "movies.dat").write_text("half")
    ensure(folder, f"{server.url}/good")
    assert names(folder) == COMPLETE
    assert names(folder.parent) == ["ml-1m"]


def test_full_disk(server, folder, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", refuse)
    with pytest.raises(DatasetError, match="ml-1m cannot be written: No space left on device; give the folder with"):
        ensure(folder, f"{server.url}/good")
    assert names(folder.parent) == ["ml-1m.zip.part"]


def test_file_in_the_way_of_the_parent(server, tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(DatasetError, match="cannot be written"):
        ensure(tmp_path / "data" / "ml-1m", f"{server.url}/good")


def test_no_test_reaches_the_network():
    with pytest.raises(RuntimeError, match="only loopback and unix sockets are open"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_addresses_are_https():
    assert all(url.startswith("https://") for each in PUBLISHED.values() for url in (*each.urls, each.license))
    assert len(ML_1M.urls) == 2
