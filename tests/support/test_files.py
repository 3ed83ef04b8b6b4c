"""Files are written completely or not at all, and only regular ones are replaced."""

from __future__ import annotations

import ast
import errno
import os
import re
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from towhee_recsys.errors import RecsysError
from towhee_recsys.support import files
from towhee_recsys.support.files import remove_unfinished, write_file
from towhee_recsys.support.output_file import OutputFile

PACKAGE = Path(files.__file__).parent.parent
EXCEPTIONS = {
    "support/files.py",
    "data/sources/published/transfer.py",  # a download grows, and resumes where it broke off
    "stores/vectors/milvus/lite.py",  # locks
    "stores/vectors/milvus/lite_process.py",
    "bundle/published.py",  # into a folder that is put in place as a whole
    "cli/common.py",  # stdout
}


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "device"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except (OSError, AttributeError):
        return Path(os.devnull)
    return path


@pytest.mark.parametrize("kind", ["folder", "device", "pipe", "socket"])
@pytest.mark.parametrize("linked", [False, True])
def test_only_regular_files_are_replaced(tmp_path: Path, device: Path, kind: str, linked: bool) -> None:
    path = device if kind == "device" else tmp_path / kind
    if kind == "folder":
        path.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    given = tmp_path / "link" if linked else path
    with socket.socket(socket.AF_UNIX) as server:
        if kind == "socket":
            server.bind(str(path))
        if linked:
            given.symlink_to(path)
        before, there = path.lstat(), set(tmp_path.iterdir())
        for write in (OutputFile(given).check, lambda: OutputFile(given).write("new")):
            with pytest.raises(RecsysError) as raised:
                write()
            assert str(raised.value).startswith(f"the report {given} cannot be written: it is a {kind}. Name another")
        assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)
        assert set(tmp_path.iterdir()) == there


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (target := tmp_path / "a" / "b" / "file").write_text("old")
    (middle := tmp_path / "a" / "middle").symlink_to(Path("b", "file"))
    (link := tmp_path / "link").symlink_to(middle)
    write_file(link, b"new")
    assert target.read_bytes() == link.read_bytes() == b"new"
    assert link.is_symlink()
    assert middle.is_symlink()
    assert not target.is_symlink()


def test_a_link_to_nothing_gets_its_target(tmp_path: Path) -> None:
    (link := tmp_path / "link").symlink_to(tmp_path / "file")
    write_file(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"
    (lost := tmp_path / "lost").symlink_to(tmp_path / "nowhere" / "file")
    with pytest.raises(FileNotFoundError):
        write_file(lost, b"new")
    (circle := tmp_path / "circle").symlink_to(circle)
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        write_file(circle, b"new")


def test_an_existing_file_keeps_its_mode_and_a_new_one_has_the_usual_mode(tmp_path: Path) -> None:
    old, new, usual = tmp_path / "old", tmp_path / "new", tmp_path / "usual"
    old.touch(0o600)
    usual.touch()
    write_file(old, b"")
    write_file(new, b"")
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
    assert new.stat().st_mode == usual.stat().st_mode


def test_a_folder_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    with pytest.raises(RecsysError) as raised:
        OutputFile(file, "profile").check()
    assert f"the profile {file} cannot be written: there is no folder {file.parent}. Create it" in str(raised.value)
    assert not file.parent.exists()


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    write_file(tmp_path / ("é" * 127), b"new")
    assert (tmp_path / ("é" * 127)).read_bytes() == b"new"


def test_threads_that_write_the_same_file_leave_one_of_their_contents(tmp_path: Path) -> None:
    path, contents = tmp_path / "file", [bytes([letter]) * 100_000 for letter in b"abcd"]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            list(pool.map(lambda content: write_file(path, content), contents))
            assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_by_the_next_that_alone_may_write(tmp_path: Path) -> None:
    path = tmp_path / "check[point].npz"
    (tmp_path / f".{path.name}.being-written-123").touch()
    (tmp_path / ".other.being-written-123").touch()
    write_file(path, b"")
    remove_unfinished(path)
    assert {each.name for each in tmp_path.iterdir()} == {path.name, ".other.being-written-123"}


def test_no_other_code_writes_files() -> None:
    found = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if any(map(writes, calls_in(path)))}
    assert found <= EXCEPTIONS


def calls_in(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [each.value for each in call.args if isinstance(each, ast.Constant)]
    to_path = bool(call.args) and isinstance(call.args[0], ast.Name) and call.args[0].id != "file"
    modes = [text for text in given if isinstance(text, str) and re.fullmatch("[rwaxbt+]+", text)]
    return (
        name in ("write_text", "write_bytes", "copyfile", "copy2")
        or (name in ("savez", "savefig", "to_csv") and to_path)
        or (name in ("open", "fdopen") and any(set(mode) & set("wax+") for mode in modes))
    )
