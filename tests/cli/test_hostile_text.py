"""Text of the data that a terminal would obey: escaped wherever it is printed, and as it is in JSON."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from towhee_recsys import load_config
from towhee_recsys.cli.recommending import show_items

TITLE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u2069\x9b31m"
SHOWN = r"\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u2069\x9b31m"


def must_be_escaped(text: str) -> None:
    assert SHOWN in text
    assert not [each for each in TITLE if (each in text and not each.isascii()) or (each in text and ord(each) < 32)]


def test_titles_and_ids_in_tables(capsys: Any) -> None:
    items = [{"rank": 1, "movie_id": 1, "title": TITLE, "score": 0.5}]
    show_items(f"Similar to item {TITLE}", items, load_config("sample"))
    title, *table = capsys.readouterr().out.splitlines()
    must_be_escaped(title)
    must_be_escaped("".join(table))


@pytest.mark.parametrize("option", ["-u", "-g", "-l", "--with"])
def test_what_an_error_quotes(run: Any, on_sample: list[str], option: str) -> None:
    ran = run("recommend", *on_sample, option, TITLE)
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert "\u202e" not in ran.err
    assert r"\x1b" in ran.err


def test_json_is_whole_and_has_no_such_characters(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", *on_sample, "--json", "-u", TITLE)
    assert TITLE[0] in json.loads(ran.out)["error"]["message"].replace("\\x1b", "\x1b")
    assert not [each for each in TITLE if not each.isascii() and each in ran.out]


def test_log_lines(run: Any, capfd: Any) -> None:
    run("validate", "-c", "sample", "-v")
    logging.getLogger("towhee_recsys").warning("the line %s", TITLE)
    must_be_escaped(capfd.readouterr().err)
