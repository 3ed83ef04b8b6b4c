"""The option `--profile`: a report beside the result, which stays the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RECOMMEND = (
    *("read_request", "read_feedback", "user_encoder", "normalize", "exclude_seen", "milvus_search", "popular_items"),
    *("diversify", "lookup", "explain"),
)
INDEX = (
    *("read_items", "item_encoder", "normalize", "project", "milvus_insert", "catalogue_insert", "projection_insert"),
    *("history_insert", "publish"),
)
TRAIN = (
    *("reading the data", "splitting", "features", "fitting the teacher", "building the model", "towers forward"),
    *("objectives", "backward", "optimiser", "validation", "rest of the epochs", "checkpoints", "saving", "curves"),
    *("similar users", "items without interactions"),
)
LINE = re.compile(r"(?P<step>\S.*?) +(?P<calls>[\d,]+)? +(?P<seconds>\d+\.\d+) +(?P<share>\d+\.\d) %")


def steps(report: Path) -> dict[str, dict[str, str]]:
    """The lines of a report's first table, by step."""
    table = report.read_text(encoding="utf-8").split("\n\n")[1]
    return {found["step"]: found.groupdict() for line in table.splitlines() if (found := LINE.match(line))}


def check(report: Path, expected: tuple[str, ...]) -> None:
    """The steps are there, each was called, and all shares make at most 100 %, but for their rounding."""
    found = steps(report)
    assert set(found) == {*expected, "outside of steps"}
    assert all(found[name]["calls"] not in (None, "0") for name in expected)
    assert sum(float(each["share"]) for each in found.values()) <= 100 + 0.05 * len(found)


def test_recommend_answers_the_same_and_says_where_the_time_went(
    run: Any, on_sample: list[str], tmp_path: Path
) -> None:
    question = ("recommend", *on_sample, "-u", "10042", "-k", "4", "--json")
    ran = run(*question, "--profile", str(tmp_path / "profile.txt"))
    assert json.loads(ran.out) == json.loads(run(*question).out)
    assert f"the profile is in {tmp_path / 'profile.txt'}" in ran.err
    check(tmp_path / "profile.txt", RECOMMEND)
    assert all(each["calls"] in ("1", None) for each in steps(tmp_path / "profile.txt").values())


def test_index_and_train_name_their_steps(run: Any, on_sample: list[str], small_data: Path, tmp_path: Path) -> None:
    report = tmp_path / "profile.txt"
    assert run("index", *on_sample, "--profile", str(report), "-q").code == 0
    check(report, INDEX)
    small = (f"model.dir={tmp_path / 'model'}", f"dataset.path={small_data}", "training.epochs=2")
    settings = [part for each in (*small, "model.embedding_size=8") for part in ("--set", each)]
    ran = run("train", "-c", "sample", *settings, "--profile", str(report), "-q")
    assert (ran.code, ran.err) == (0, "")
    check(report, TRAIN)
    assert steps(report)["rest of the epochs"]["calls"] == "2"


def test_a_dash_is_stdout_after_the_result(run: Any, on_sample: list[str]) -> None:
    answer, report = run("recommend", *on_sample, "--profile", "-").out.split("towhee-recsys recommend\n")
    assert "For any user" in answer
    assert re.search(r"passed; this process took [\d.]+ processor seconds on \d+ cores", report)
    assert re.search(r"^towhee_recsys .*, Python .*, paddlepaddle ", report, re.MULTILINE)


def test_stdout_is_not_for_two(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", *on_sample, "--profile", "-", "--json")
    assert ran.code == 2
    assert "--profile - and --json both write to stdout. Give a file: --profile FILE." in ran.err


def test_a_profile_that_cannot_be_written_is_refused_before_the_work(run: Any, tmp_path: Path) -> None:
    ran = run("train", "-c", "sample", "--set", f"model.dir={tmp_path / 'model'}", "--profile", str(tmp_path))
    assert ran.code == 1
    assert f"the profile {tmp_path} cannot be written: it is a folder. Name another file" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_command_that_fails_has_its_error_and_a_report(
    run: Any, on_sample: list[str], tmp_path: Path, options: tuple[str, ...]
) -> None:
    question = ("recommend", *on_sample, "-u", "nobody", *options)
    ran, plain = run(*question, "--profile", str(tmp_path / "profile.txt")), run(*question)
    assert (ran.code, ran.out) == (plain.code, plain.out) == (2, plain.out)
    assert ran.err.splitlines()[-1] == plain.err.splitlines()[-1]
    assert "It failed: QueryError." in (tmp_path / "profile.txt").read_text(encoding="utf-8")
    assert "user_encoder" in steps(tmp_path / "profile.txt")


def test_without_it_no_profiler_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom towhee_recsys.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if 'profil' in name and name.startswith('towhee_recsys')])"
    )
    work = ("train", "-c", "sample", "--set", f"dataset.path={tmp_path}", "--set", f"model.dir={tmp_path / 'model'}")
    command = [sys.executable, "-W", "ignore", "-c", code, *work]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "error: " in ran.stderr
    assert ran.stdout.splitlines()[-1] == "['towhee_recsys.cli.profiling']"
