from __future__ import annotations

import contextlib
import stat
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee_recsys.config.published import PUBLISHED
from towhee_recsys.data.sources.published import archive as archives
from towhee_recsys.errors import DatasetError

ML_1M = PUBLISHED["ml-1m"]

GOOD = {
    "ml-1m/movies.dat": "1::A (1990)::War\n",
    "ml-1m/users.dat": "1::F::25::12::1\n",
    "ml-1m/ratings.dat": "1::1::5::0\n",
}


def unpack(archive, folder):
    archives.unpack(archive, folder, ML_1M)


def zipped(path, *members):
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        for name, content in (*GOOD.items(), *members):
            file.writestr(name, content)
    return path


def refusal(archive, folder):
    folder.mkdir()
    with pytest.raises(DatasetError) as caught:
        unpack(archive, folder)
    assert list(folder.iterdir()) == []
    message = str(caught.value)
    assert message.startswith(f"{archive} is not unpacked: ")
    assert message.endswith("; delete it and try again")
    return message


def test_only_the_known_members_are_unpacked(tmp_path):
    archive = zipped(tmp_path / "a.zip", ("ml-1m/README", "terms"), ("ml-1m/.DS_Store", "x"), ("ml-1m/more/", ""))
    folder = tmp_path / "ml-1m"
    folder.mkdir()
    unpack(archive, folder)
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        "movies.dat": GOOD["ml-1m/movies.dat"],
        "users.dat": GOOD["ml-1m/users.dat"],
        "ratings.dat": GOOD["ml-1m/ratings.dat"],
        "README": "terms",
    }


@pytest.mark.parametrize("name", ["../evil.dat", "a/../../b", "/etc/passwd", "C:\\windows", "..\\evil", "C:evil"])
def test_names_that_lead_out_of_the_folder(tmp_path, name):
    assert "leads out of the folder" in refusal(zipped(tmp_path / "a.zip", (name, "x")), tmp_path / "ml-1m")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.zip", "ml-1m"]


def test_links(tmp_path):
    link = ZipInfo("ml-1m/README")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "'ml-1m/README' is a link" in refusal(zipped(tmp_path / "a.zip", (link, "/etc")), tmp_path / "ml-1m")


def test_zip_bomb_by_size(tmp_path):
    bomb = zipped(tmp_path / "a.zip", ("ml-1m/README", b"\0" * (ML_1M.most_bytes + 1)))
    assert bomb.stat().st_size < 1_000_000
    assert "it unpacks to 209,71" in refusal(bomb, tmp_path / "ml-1m")


def test_zip_bomb_by_members(tmp_path):
    bomb = zipped(tmp_path / "a.zip", *((f"{number}.txt", "") for number in range(100)))
    assert "it has 103 members, more than 100" in refusal(bomb, tmp_path / "ml-1m")


def test_a_file_twice(tmp_path):
    assert "it has users.dat twice" in refusal(zipped(tmp_path / "a.zip", ("b/users.dat", "x")), tmp_path / "ml-1m")


def test_a_file_missing(tmp_path):
    with ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("ml-1m/movies.dat", "")
    assert "it lacks users.dat, ratings.dat" in refusal(tmp_path / "a.zip", tmp_path / "ml-1m")


def test_half_a_zip(tmp_path):
    archive = zipped(tmp_path / "a.zip")
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    assert "not a zip file" in refusal(archive, tmp_path / "ml-1m")


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_damaged_bits_give_the_files_or_our_error(place, bit):
    with tempfile.TemporaryDirectory() as folder:
        archive = zipped(Path(folder, "a.zip"))
        damaged = bytearray(archive.read_bytes())
        damaged[place % len(damaged)] ^= 1 << bit
        archive.write_bytes(damaged)
        with contextlib.suppress(DatasetError):
            unpack(archive, Path(folder))
