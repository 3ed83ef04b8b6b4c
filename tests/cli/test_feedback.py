"""`feedback`, `hide` and `show`, as a person and a program see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.cli import immediate as module


@pytest.fixture
def own(on_sample: list[str], tmp_path: Path) -> list[str]:
    """The options for the sample with a feedback of this test's."""
    return [*on_sample, "--set", f"feedback=sqlite:///{tmp_path / 'feedback.sqlite'}"]


def test_one_event_by_options(run: Any, own: list[str], tmp_path: Path) -> None:
    added = run("feedback", *own, "-u", "10001", "-i", "5001", "--rating", "4.5", "--time", "978300760")
    assert (added.code, added.out) == (0, "Events added: 1.\n")
    out = tmp_path / "out.csv"
    exported = run("feedback", *own, "--export", str(out))
    assert exported.out.startswith(f"1 events are in {out}. Add them to the dataset's interactions")
    assert out.read_text() == "user_id,movie_id,rating,timestamp\n10001,5001,4.5,978300760\n"


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_what_is_exported_can_be_added_again(
    run: Any, own: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 3)
    file, out = tmp_path / f"events{suffix}", tmp_path / f"out{suffix}"
    events = [{"user_id": n, "movie_id": 5000 + n, "rating": 1 + n % 5, "timestamp": n} for n in range(1, 9)]
    if suffix == ".csv":
        rows = ["user_id,movie_id,rating,timestamp", *(",".join(map(str, each.values())) for each in events)]
        file.write_text("\ufeff" + "\r\n".join(rows), encoding="utf-8")
    else:
        file.write_text("\n\n".join(map(json.dumps, events)) + "\n")
    for _ in range(2):
        assert json.loads(run("feedback", *own, str(file), "--json").out) == {"added": 8}
        assert json.loads(run("feedback", *own, "--export", str(out), "--json").out) == {"exported": 8}
        file = out
    lines = out.read_text().splitlines()[suffix == ".csv" :]
    expected = [",".join(map(str, each.values())) if suffix == ".csv" else json.dumps(each) for each in events]
    assert sorted(lines) == sorted(expected)


@pytest.mark.parametrize(
    ("arguments", "code", "facts"),
    [
        ([], 2, ["Give one of FILE, --user with --item, --export and --forget"]),
        (["x.csv", "--forget", "1"], 2, ["Give one of FILE"]),
        (["-u", "1", "-i", "5001", "--event", "buy"], 2, ["declares no event", "--user, --item, --rating, --time"]),
        (["-u", "1", "-i", "5001"], 2, ["feedback: rating is missing; accepted: a number from 1 to 5"]),
        (["-i", "5001", "--rating", "5"], 2, ["feedback: user_id is missing"]),
        (["-u", "1", "-i", "77", "--rating", "5"], 2, ["item 77 is not in the index 'movies'"]),
        (["-u", "1", "-i", "5001", "--rating", "five"], 2, ["rating: given 'five', accepted: a number from 1 to 5"]),
        (["none.csv"], 1, ["none.csv cannot be read: No such file or directory"]),
    ],
    ids=str,
)
def test_what_is_refused(run: Any, own: list[str], arguments: list[str], code: int, facts: list[str]) -> None:
    refused = run("feedback", *own, *arguments)
    assert refused.code == code
    assert [fact for fact in facts if fact not in refused.err] == []


@pytest.mark.parametrize(
    ("name", "content", "code", "fact"),
    [
        ("a.csv", "user_id,movie_id\n1,5001,5\n", 1, "line 2: it has not as many cells as the header"),
        ("a.csv", "user_id,movie_id,rating\n1,5001,\n", 2, "feedback: rating is missing"),
        ("a.csv", "user,movie_id,rating\n1,5001,5\n2,5001,5\n", 2, "feedback, row 1: field 'user' is not known"),
        ("a.jsonl", '{"user_id": 1}\n{"user_id"', 1, "line 2: given '{\"user_id\"', accepted: a JSON object"),
        ("a.jsonl", "[1]\n", 2, "feedback: [1] was given; a mapping with the fields user_id, movie_id, rating"),
        ("a.csv", "user_id\n\xff", 1, "cannot be read"),
    ],
)
def test_a_bad_file(run: Any, own: list[str], tmp_path: Path, name: str, content: str, code: int, fact: str) -> None:
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    refused = run("feedback", *own, str(tmp_path / name))
    assert refused.code == code
    assert fact in refused.err


def test_a_user_is_forgotten(run: Any, own: list[str], tmp_path: Path) -> None:
    own = [*own, "--set", f"history=sqlite:///{tmp_path / 'history.sqlite'}"]
    run("feedback", *own, "-u", "77", "-i", "5001", "--rating", "5")
    assert run("feedback", *own, "--forget", "77").out == "User 77 is forgotten: events and history are removed.\n"
    assert run("feedback", *own, "--forget", "77").out == "There was nothing of user 77.\n"


def test_hidden_items(run: Any, own: list[str]) -> None:
    assert run("hide", *own, "5001, 5002,77").out == "Items hidden: 3.\n"
    assert json.loads(run("hide", *own, "--json").out) == {"items": [5001, 5002, 77]}
    assert run("hide", *own).out == "Hidden items: 3\n5001\n5002\n77\n"
    assert run("show", *own, "5001,5003").out == "Items shown again: 1; not hidden before: 1.\n"
    assert json.loads(run("hide", *own, "5003", "--json").out) == {"hidden": 1, "hidden_before": 0}
    assert run("hide", *own, "5003,5004").out == "Items hidden: 1; hidden before: 1.\n"
    for command in ("hide", "show"):
        assert "IDS: item id 'Heat' was given" in run(command, *own, "Heat").err
        assert run(command, *own, ",").code == 2


def test_a_wrong_row_of_a_long_file_is_counted_from_what_was_added_before(
    run: Any, own: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 3)
    file = tmp_path / "events.csv"
    file.write_text("user_id,movie_id,rating\n" + "".join(f"{n},{5000 + n},{n}\n" for n in range(1, 8)))
    ran = run("feedback", *own, str(file))
    assert ran.code == 2
    assert all(fact in ran.err for fact in ("row 3: rating: given '6'", "The 3 rows before are added")), ran.err
    assert run("feedback", *own, "--export", str(tmp_path / "out.csv")).out.startswith("3 events")
