from __future__ import annotations

from pathlib import Path

import pytest

from towhee_recsys.data.sources.lines import BadLine, count_lines, decode, raw_lines, shortened
from towhee_recsys.errors import DatasetError


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
def test_line_ends_are_taken_off(end):
    assert decode(b"1::a" + end, "latin-1") == "1::a"


@pytest.mark.parametrize(
    ("text", "encoding"), [("Caf\xe9", "latin-1"), ("\x93quoted\x94", "latin-1"), ("Café ・", "utf-8")]
)
def test_accented_letters_in_their_encoding(text, encoding):
    assert decode(text.encode(encoding), encoding) == text


@pytest.mark.parametrize(
    ("raw", "encoding", "reason", "cure"),
    [
        ("Café".encode(), "latin-1", "looks like UTF-8", "set dataset.encoding: utf-8"),
        ("Café".encode("latin-1"), "utf-8", "not UTF-8", "dataset.encoding: latin-1"),
        ("Cafe".encode("utf-16"), "latin-1", "NUL bytes", "save the file as Latin-1 or UTF-8"),
        ("Cafe".encode("utf-16-le"), "utf-8", "NUL bytes", "save the file as Latin-1 or UTF-8"),
        (b"1::a\r2::b\n", "latin-1", "carriage return", ""),
        (b"\r\n", "latin-1", "blank line", ""),
        (b" \t\n", "utf-8", "blank line", ""),
    ],
)
def test_refused_lines(raw, encoding, reason, cure):
    with pytest.raises(BadLine) as caught:
        decode(raw, encoding)
    assert caught.value.reason == reason
    assert cure in caught.value.cure


def test_byte_order_mark_is_stripped_once(tmp_path):
    file = tmp_path / "movies.dat"
    file.write_bytes(b"\xef\xbb\xbf\xef\xbb\xbf1\n2")
    assert list(raw_lines(file)) == [b"\xef\xbb\xbf1\n", b"2"]


def test_unreadable_file(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DatasetError, match=r"movies\.dat cannot be read: Permission denied"):
        list(raw_lines(tmp_path / "movies.dat"))


def test_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(DatasetError, match="cannot be read"):
        list(raw_lines(tmp_path))


@pytest.mark.parametrize("given", ["x" * 10_000, "\x01" * 10_000, b"\xff" * 10_000])
def test_long_pieces_are_shortened(given):
    assert len(shortened(given)) == 80


def test_short_pieces_are_repeated_whole():
    assert shortened("x") == "'x'"


@pytest.mark.parametrize("content", [b"", b"a", b"a\n", b"a\r\nb\n\nc", b"\xef\xbb\xbfa\nb\r"])
def test_lines_are_counted(tmp_path, content):
    (tmp_path / "movies.dat").write_bytes(content)
    assert count_lines(tmp_path / "movies.dat") == len(list(raw_lines(tmp_path / "movies.dat")))
