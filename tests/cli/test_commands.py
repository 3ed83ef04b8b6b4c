"""Each command does its work, shows it to a person, and with --json to a program."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.cli import commands
from towhee_recsys.config.tables import RECOMMEND_FLAGS

RESULT = ["rank", "movie_id", "title", "year", "genres", "score", "predicted_rating", "predicted_rating_std"]


def test_recommend_prints_a_table_with_the_columns_of_the_contract(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", *on_sample, "-g", "F", "-a", "30", "-j", "writer", "-k", "3")
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert "For gender F (female), age 25 (25-34), occupation 20 (writer)" in lines
    assert ["Top", "Ids", "Title", "Score", "Stars", "±"] in [line.split() for line in lines]
    assert [line.split()[0] for line in lines[-3:]] == ["1", "2", "3"]


def test_json_is_one_document_and_nothing_else_is_on_stdout(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", *on_sample, "-u", "10042", "-k", "4", "--json")
    answer = json.loads(ran.out)
    assert answer["user"] == {"user_id": 10042}
    assert [list(item) for item in answer["recommendations"]] == [RESULT] * 4


def test_stdout_of_a_process_holds_only_the_document(on_sample: list[str]) -> None:
    command = [sys.executable, "-m", "towhee_recsys", "evaluate", *on_sample, "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert {"protocol", "seed", "model_id", "ratings", "metrics", "baselines"} <= set(json.loads(ran.stdout))


def test_a_name_and_a_code_and_years_are_one_question(run: Any, on_sample: list[str]) -> None:
    options = [("-a", "25", "-j", "12"), ("-a", "25-34", "-j", "Programmer"), ("-a", "33", "-j", "12")]
    answers = [json.loads(run("recommend", *on_sample, *each, "--json").out)["recommendations"] for each in options]
    assert answers[0] == answers[1] == answers[2]


def test_a_declared_flag_and_with_are_one_question(run: Any, on_sample: list[str]) -> None:
    options = [
        ("-g", "F", "-a", "25"),
        ("--with", "gender=F", "--with", "age=25"),
        ("-gF", "--age=25"),
        ("--with=age=25", "--gender", "female"),
    ]
    answers = [json.loads(run("recommend", *on_sample, *each, "--json").out)["recommendations"] for each in options]
    assert answers[0] == answers[1] == answers[2] == answers[3]


@pytest.mark.parametrize(
    ("given", "facts"),
    [
        (["--gendre", "F"], ["--gendre", "--gender"]),
        (["-g"], ["-g", "argument"]),
        (["--liked", "5001,sku-1"], ["liked", "'5001,sku-1'", "whole number", "title"]),
        (["--exclude", "5001,sku-1"], ["--exclude", "'sku-1'", "whole number"]),
        (["--filter", "{year"], ["--filter", "not JSON"]),
        (["--filter", '{"year": NaN}'], ["--filter", "not JSON"]),
        (["--offset", "-1"], ["offset: given -1"]),
        (["--request", "missing.json"], ["--request missing.json", "No such file"]),
        (["--request", "{}", "-u", "10001"], ["--request", "leave it out"]),
        (["--with", "gender"], ["COLUMN=VALUE"]),
        (["--with", "gendre=F"], ["gendre", "'gender'"]),
        (["F"], ["unexpected extra argument", "F"]),
        (["-xF"], ["-x"]),
    ],
)
def test_what_a_user_cannot_have_is_invalid_usage(
    run: Any, on_sample: list[str], given: list[str], facts: list[str]
) -> None:
    ran = run("recommend", *on_sample, *given)
    assert ran.code == 2
    assert all(fact in ran.err for fact in facts)


@pytest.mark.parametrize("job", ["artist", "lawyer", "customer service"])
def test_a_value_attached_to_a_declared_flag_is_no_other_flag(run: Any, on_sample: list[str], job: str) -> None:
    ran = run("recommend", f"-j{job}", *on_sample, "--json")
    assert json.loads(ran.out)["user"] == {"occupation": job}


def test_the_config_is_found_behind_other_short_flags(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", "-gF", f"-qc{on_sample[1]}", *on_sample[2:], "-k1", "-u", "-5", "--json")
    assert json.loads(ran.out)["user"] == {"user_id": -5, "gender": "F"}


def test_a_dataset_cannot_declare_the_flags_of_recommend() -> None:
    own = {flag for option in commands.commands["recommend"].params for flag in option.opts}
    assert own | {"-h", "--help"} == set(RECOMMEND_FLAGS)


def test_recommend_shows_help_without_a_config_and_the_mistake_in_a_config(run: Any) -> None:
    assert run("recommend", "-c", "missing.yaml", "-g", "F", "--help").code == 0
    ran = run("recommend", "-c", "missing.yaml", "--json")
    assert (ran.code, json.loads(ran.out)["error"]["type"]) == (2, "ConfigError")


def test_ids_have_the_type_of_the_dataset(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", *on_sample, "--liked", "5001, 5003 5004", "--json")
    assert json.loads(ran.out)["user"] == {"liked": [5001, 5003, 5004]}
    wrong = run("similar", *on_sample, "05001")
    assert wrong.code == 2
    assert all(fact in wrong.err for fact in ("'05001'", "whole number"))


def test_nothing_known_of_a_user_is_a_question_too(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", *on_sample)
    assert ran.code == 0
    assert "For any user" in ran.out


def test_index_first(run: Any, on_sample: list[str]) -> None:
    assert run("recommend", *on_sample, "-i", "-k", "1").code == 0


def test_similar_leaves_the_item_itself_out(run: Any, on_sample: list[str]) -> None:
    found = json.loads(run("similar", *on_sample, "5001", "-k", "5", "--json").out)["similar"]
    assert len(found) == 5
    assert 5001 not in [item["movie_id"] for item in found]


def test_index_shows_what_it_built(run: Any, on_sample: list[str]) -> None:
    result = json.loads(run("index", *on_sample, "--json").out)
    assert (result["rows"], result["dim"], result["metric"]) == (326, 32, "IP")


def test_prepare_writes_a_line_a_item(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    from towhee_recsys.data.sample import SAMPLE_DIR

    output = tmp_path / "movies_data.txt"
    ran = run("prepare", *on_sample, "-f", str(SAMPLE_DIR / "movies.dat"), "-o", str(output))
    lines = output.read_text(encoding="utf-8").splitlines()
    movie_id, words, genres = lines[0].split("::")
    assert ran.code == 0
    assert len(lines) == 326
    assert movie_id == "5001"
    assert all(part.isdigit() for part in f"{words} {genres}".split())


def test_validate_prints_every_setting(run: Any) -> None:
    ran = run("validate", "-c", "movielens_1m")
    assert "learning_rate" in ran.out
    assert ran.out.splitlines()[-1].startswith("# The config is valid")
    assert json.loads(run("validate", "-c", "article", "--json").out)["config"]["training"]["epochs"] == 1


def test_a_warning_about_the_data_is_written_once(run: Any, capfd: Any) -> None:
    run("validate", "-c", "sample")
    for _ in range(2):
        logging.getLogger("towhee_recsys.data").warning("2 rows skipped")
        logging.getLogger("towhee_recsys.stores").warning("no answer")
    written = capfd.readouterr().err
    assert (written.count("2 rows skipped"), written.count("no answer")) == (1, 2)


def test_validate_shows_no_password(run: Any) -> None:
    literal = ["--set", "milvus.uri=http://localhost:19530", "--set", "milvus.access.token=hunter2"]
    catalogue = ["--set", "catalogue=mysql://me:hunter2@localhost/items"]
    for options in ([], ["--json"]):
        ran = run("validate", "-c", "sample", *literal, *catalogue, *options)
        assert (ran.code, "hunter2" in ran.out + ran.err) == (0, False)
        assert "mysql://***@localhost/items" in ran.out


def test_schema_is_written(run: Any, tmp_path: Path) -> None:
    output = tmp_path / "config.schema.json"
    assert run("schema", "-o", str(output)).code == 0
    assert "milvus" in json.loads(output.read_text(encoding="utf-8"))["properties"]


@pytest.mark.slow
def test_run_and_demo_do_the_whole_job(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small = ["--set", "training.epochs=2", "--set", "model.embedding_size=8", "--json"]
    result = json.loads(run("run", "-c", "sample", *small).out)
    assert set(result) == {"model_id", "index", "evaluation", "answers"}
    assert len(result["answers"]) == 3
    demo = json.loads(run("demo", *small).out)
    assert [len(answer["recommendations"]) for answer in demo["answers"]] == [5, 5]


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_help_shows_an_example(run: Any, name: str) -> None:
    ran = run(name, "--help")
    assert ran.code == 0
    assert f"Example: towhee-recsys {name}" in " ".join(ran.out.split())


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys\nfrom towhee_recsys.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = 'paddle', 'towhee', 'pymilvus', 'pandas', 'matplotlib', 'scipy', 'numpy', 'pydantic', 'yaml', 'rich'\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
