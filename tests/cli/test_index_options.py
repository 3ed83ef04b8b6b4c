"""`index` with --add, --delete, --list, --rollback and --gc, and `doctor`, as a person and a program see them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.cli import indexing
from towhee_recsys.config import Config, load_config


@pytest.fixture
def on_own(run: Any, sample_config: Config, sample_bundle: Any, tmp_path: Path) -> list[str]:
    """The options for the sample's model with stores of this test's; indexed."""
    settings = {
        "model.dir": sample_config.model.dir,
        "model.embedding_size": 32,
        "milvus.uri": tmp_path / "movies.db",
        "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}",
    }
    options = ["-c", "sample", *(part for key, value in settings.items() for part in ("--set", f"{key}={value}"))]
    assert run("index", *options).code == 0
    return options


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "new.dat").write_bytes(b"9001::Brand New (2025)::Comedy|Drama\n9002::Newer (2026)::Horror\n")
    return str(tmp_path / "new.dat")


def test_the_record_of_an_index_is_readable(run: Any, on_own: list[str]) -> None:
    fields = next(line for line in run("index", *on_own).out.splitlines() if line.startswith("fields"))
    assert fields.split(maxsplit=1)[1].strip() == "year (number), genres (texts)"


def test_added_items_are_found_and_deleted_ones_are_not(run: Any, on_own: list[str], file: str) -> None:
    added = run("index", *on_own, "--add", file)
    assert added.code == 0
    assert added.out.startswith(f"2 items of {file} are in the index. Add them to the dataset, too")
    similar = json.loads(run("similar", *on_own, "9001", "-k", "400", "--json").out)["similar"]
    assert 9002 in {item["movie_id"] for item in similar}
    assert 9001 not in {item["movie_id"] for item in similar}
    deleted = run("index", *on_own, "--delete", "9001, 9002,77")
    assert deleted.code == 0
    assert deleted.out.startswith("2 of 3 items were in the index and are deleted. Delete them from the dataset, too")
    assert json.loads(run("index", *on_own, "--add", file, "--json").out) == {"added": 2}
    assert json.loads(run("index", *on_own, "--delete", "9001 -77", "--json").out) == {"deleted": 1, "not_there": 1}


def test_a_bar_shows_the_progress(
    sample_config: Config, on_own: list[str], tmp_path: Path, file: str, capfd: Any
) -> None:
    stores = {"milvus.uri": tmp_path / "movies.db", "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    config = load_config(sample_config, overrides=[f"{key}={value}" for key, value in stores.items()])
    capfd.readouterr()
    assert indexing.build_index(config, progress=True)["rows"] == 326
    err = capfd.readouterr().err
    assert re.search(r"index: 100%\|█+\| 326/326 \[.*item/s\]", err)
    indexing.ACTIONS["add"](config, file, progress=True)
    assert re.search(r"add: 100%\|█+\| 2/2 \[", capfd.readouterr().err)
    for quiet in (False, None):  # a test's stderr is not a terminal
        indexing.build_index(config, progress=quiet)
        assert capfd.readouterr().err == ""


def test_list_rollback_and_gc(run: Any, on_own: list[str], sample_bundle: Any) -> None:
    run("index", *on_own)
    builds = json.loads(run("index", *on_own, "--list", "--json").out)["builds"]
    copies = PublishedModels(sample_bundle.directory).folder
    assert [(each["live"], each["rows"], each["model_id"], each["model_in"]) for each in builds] == [
        (True, 326, sample_bundle.model_id, str(copies / sample_bundle.model_id)),
        (False, 326, sample_bundle.model_id, str(copies / sample_bundle.model_id)),
    ]
    rows = run("index", *on_own, "--list").out.splitlines()
    moment = builds[0]["published"].replace("T", " ").partition(".")[0]
    assert rows[0] == "Builds of movies"
    assert re.split(r"\s{2,}", rows[1].strip()) == [
        "Build",
        "Model",
        "Its files",
        "Items",
        "Published (UTC)",
    ]
    assert rows[2].split() == ["live", builds[0]["build"], sample_bundle.model_id, "here", "326", *moment.split()]
    assert json.loads(run("index", *on_own, "--rollback", "--json").out)["build"] == builds[1]["build"]
    again = run("index", *on_own, "--rollback")
    assert again.code == 1
    assert again.err.startswith("error: the index 'movies' keeps no build older than the live one")
    assert run("index", *on_own, "--gc").out == "Nothing to drop.\n"
    assert run("index", *on_own, "--gc", "--keep", "1").out == f"Dropped: 1\n{builds[0]['build']}\n"
    assert json.loads(run("index", *on_own, "--gc", "--json").out) == {"dropped": []}


def test_a_copy_in_another_milvus(run: Any, on_own: list[str], tmp_path: Path) -> None:
    there = str(tmp_path / "there.db")
    copied = run("index", *on_own, "--to", there)
    assert copied.code == 0
    assert copied.out.startswith(f"326 items are live in {there}, too.")
    again = json.loads(run("index", *on_own, "--to", there, "--json").out)
    builds = json.loads(run("index", *on_own, "--set", f"milvus.uri={there}", "--list", "--json").out)["builds"]
    assert [(each["build"], each["live"]) for each in builds] == [(again["build"], True)]
    assert run("index", *on_own, "--to", str(tmp_path / "movies.db")).code == 2


def test_a_list_of_nothing(run: Any, on_own: list[str]) -> None:
    empty = run("index", *on_own, "--set", "milvus.collection=others", "--list")
    assert empty.code == 0
    assert "no build" in empty.out
    assert "`towhee-recsys index -c CONFIG`" in empty.out


ACTIONS = "--add, --delete, --list, --rollback, --gc and --to"
INVALID_USAGE = [
    (["--list", "--gc"], f"--list and --gc are given. Give one of {ACTIONS}, or none to build."),
    (["--gc", "--add", "x", "--rollback"], f"--add, --rollback and --gc are given. Give one of {ACTIONS}"),
    (["--keep", "2"], "--keep needs --gc. Add --gc, or leave out --keep."),
    (["--list", "--keep", "2"], "--keep needs --gc."),
    (["--gc", "--keep", "0"], "0 is not in the range x>=1"),
    (["--delete", "260,abc"], "--delete: item id 'abc' was given; the ids of this dataset are each a whole number"),
    (["--delete", "260 +5"], "--delete: item id '+5' was given; the ids of this dataset are each a whole number"),
    (["--delete", " , "], "--delete takes ids of items, such as 260,1196; none was given."),
    (
        ["--delete", "99999999999999999999"],
        "item id 99999999999999999999 was given; the ids here are each a whole number of at most 64 bits.",
    ),
]


@pytest.mark.parametrize(("options", "message"), INVALID_USAGE)
def test_invalid_usage_exits_with_2(run: Any, on_sample: list[str], options: list[str], message: str) -> None:
    ran = run("index", *on_sample, *options)
    assert ran.code == 2
    assert message in ran.err
    assert ran.out == ""


def test_a_file_that_cannot_be_read_is_a_failure(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    ran = run("index", *on_sample, "--add", str(tmp_path / "none.dat"))
    assert ran.code == 1
    assert f"{tmp_path / 'none.dat'} does not exist; give a file of movies" in ran.err


def test_the_doctor_of_a_sound_index(run: Any, on_own: list[str]) -> None:
    ran = run("doctor", *on_own)
    lines = ran.out.splitlines()
    assert (ran.code, lines[-1], len(lines)) == (0, "No check failed.", 16)
    assert lines[0] == "ok           config          sample: nothing wrong"
    document = json.loads(run("doctor", *on_own, "--items", "3", "--json").out)
    assert document["healthy"] is True
    assert {each["state"] for each in document["checks"]} == {"ok"}
    assert document["checks"][7]["text"].startswith("3 items have the vectors of the model")


def test_the_doctor_exits_with_1_if_a_check_has_failed(run: Any, on_own: list[str], tmp_path: Path) -> None:
    missing = ["--set", f"model.dir={tmp_path / 'none'}"]
    ran = run("doctor", *on_own, *missing)
    assert ran.code == 1
    assert ran.out.splitlines()[2].startswith("failed       model           there is no trained model in ")
    assert ran.out.splitlines()[-1] == "2 of 15 checks failed."
    document = run("doctor", *on_own, *missing, "--json")
    assert (document.code, json.loads(document.out)["healthy"]) == (1, False)


def test_the_doctor_looks_at_a_config_that_cannot_be_loaded(run: Any, tmp_path: Path) -> None:
    ran = run("doctor", "-c", str(tmp_path / "none.yaml"))
    assert ran.code == 1
    assert ran.out.splitlines()[0] == f"failed       config          there is no file {tmp_path / 'none.yaml'}."
    assert [line.split("  ")[0] for line in ran.out.splitlines()[1:-1]] == ["not checked"] * 14
    assert run("doctor", "-c", "sample", "--items", "0").code == 2


def test_the_doctor_counts_warnings(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    options = ["-c", "sample", "--set", f"model.dir={tmp_path / 'model'}"]
    (tmp_path / "model.training").mkdir()
    (tmp_path / "model.training" / "checkpoint.npz").touch()
    ran = run("doctor", *on_sample, *options)
    assert ran.code == 1
    assert "warning" in ran.out.splitlines()[-3]
    assert ran.out.splitlines()[-1] == "1 of 15 checks gave a warning: see above what to do."
