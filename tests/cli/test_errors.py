"""Wrong use and failures: the exit code, one message on stderr, no traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

INVALID_USAGE = [
    (["recommend", "--gendre", "F"], "no such option"),
    (["recommend", "-k", "ten"], "'ten' is not a valid integer"),
    (["recommend", "-c", "sampel"], "Did you mean 'sample'?"),
    (["recommend", "-c", "sample", "--set", "top_q=3"], "--set top_q=...: top_q: unknown key. Did you mean 'top_k'?"),
    (["recommend", "-c", "sample", "--set", "top_k"], "KEY=VALUE"),
    (["recommend", "-c", "sample", "-k", "0"], "accepted: a whole number from 1 to 16384"),
    (["similar"], "Missing argument"),
    (["nonsense"], "No such command 'nonsense'"),
]


@pytest.mark.parametrize(("arguments", "message"), INVALID_USAGE)
def test_invalid_usage_exits_with_2(run: Any, arguments: list[str], message: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert message.lower() in ran.err.lower()
    assert ran.out == ""


QUERIES = [
    (["-g", "X"], "gender 'X' is not known. Accepted: F (female), M (male)."),
    (["-a", "200"], "or any whole number from 1 to 120"),
    (["-a", "-1"], "age '-1' is not known"),
    (["-j", "99"], "occupation '99' is not known"),
    (["-j", "programer"], "Did you mean 'programmer'?"),
    (["-u", "999999"], "user_id 999999 is not known to this model"),
]


@pytest.mark.parametrize(("options", "message"), QUERIES)
def test_a_user_that_cannot_be_understood_is_wrong_use(
    run: Any, on_sample: list[str], options: list[str], message: str
) -> None:
    ran = run("recommend", *on_sample, *options)
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err


def test_an_unknown_user_gets_the_general_list_where_the_config_says_so(run: Any, on_sample: list[str]) -> None:
    general = ["--set", "unknown_user=general", "--json"]
    unknown = json.loads(run("recommend", *on_sample, *general, "-u", "999999").out)["recommendations"]
    assert unknown == json.loads(run("recommend", *on_sample, *general).out)["recommendations"]


def test_a_feature_without_its_column_is_named_with_its_config_file(run: Any, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("user,item\n" + "".join(f"{row % 7},{row % 5}\n" for row in range(35)))
    file = tmp_path / "shop.yaml"
    file.write_text(f"""
dataset: {{name: shop, path: {tmp_path}, interactions: {{path: orders.csv, user: user, item: item}}}}
features: {{item: [{{kind: id, column: item}}, {{kind: category, column: brand}}, {{kind: text, column: name}}]}}
model: {{dir: {tmp_path / "model"}}}
""")
    ran = run("train", "-c", str(file))
    assert ran.code == 1
    assert f"error: {file}: " in ran.err
    for fact in ("features.item[1].column: given 'brand'", "features.item[2].column: given 'name'", "Accepted: 'item'"):
        assert fact in ran.err


def _nothing_in(folder: Path) -> list[str]:
    """Options for a model and an index that are not there."""
    return ["--set", f"model.dir={folder / 'none'}", "--set", f"milvus.uri={folder / 'none.db'}"]


def test_no_model_is_a_failure(run: Any, tmp_path: Path) -> None:
    ran = run("recommend", "-c", "sample", *_nothing_in(tmp_path))
    assert ran.code == 1
    assert "there is no trained model" in ran.err
    assert "towhee-recsys train" in ran.err


@pytest.mark.parametrize("command", [["recommend", "-g", "F"], ["similar", "260"], ["index"]])
def test_without_a_config_the_message_names_the_default(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*command, "--set", f"dataset.path={tmp_path}", "--set", f"model.dir={tmp_path / 'none'}")
    assert ran.code == 1
    assert ran.err.rstrip().endswith(
        "No config was given, so this is movielens_1m. Give yours with -c, or -c sample for the sample that "
        "`towhee-recsys demo` trains."
    )
    given = run(*command, "-c", "movielens_1m", "--set", f"dataset.path={tmp_path}")
    assert given.code == 1
    assert "No config was given" not in given.err


def test_similar_asks_for_what_it_can_take(run: Any, on_sample: list[str]) -> None:
    ran = run("similar", *on_sample, "42")
    assert ran.code == 2
    assert "items: given 42, accepted: an id" in ran.err
    assert "neither in the index nor known to the model. Ids: 5001, 5002, 5003." in ran.err


def test_no_data_is_a_failure_that_says_how_to_give_a_path(run: Any, tmp_path: Path) -> None:
    ran = run("train", "-c", "movielens_1m", "--set", f"dataset.path={tmp_path / 'none'}")
    assert ran.code == 1
    assert "dataset.path" in ran.err


def test_an_error_is_a_document_too(run: Any, tmp_path: Path) -> None:
    ran = run("recommend", "-c", "sample", *_nothing_in(tmp_path), "--json")
    assert json.loads(ran.out)["error"]["type"] == "BundleError"


def test_validate_reports_all_mistakes_of_a_file(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: sample\ntop_k: ten\nmilvus: {collectoin: x}\n", encoding="utf-8")
    ran = run("validate", "-c", str(file))
    assert ran.code == 2
    assert "mine.yaml:2: top_k" in ran.err
    assert "mine.yaml:3: milvus.collectoin: unknown key. Did you mean 'collection'?" in ran.err


def test_prepare_does_not_write_over_its_source(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    source = tmp_path / "movies.dat"
    source.write_bytes(b"1::Heat (1995)::Crime\n")
    ran = run("prepare", *on_sample, "-f", str(source), "-o", str(source))
    assert ran.code == 1
    assert str(source) in ran.err
    assert "Name another file for the output" in ran.err
    assert source.read_bytes() == b"1::Heat (1995)::Crime\n"


def test_a_file_that_cannot_be_written_is_reported_without_a_traceback(run: Any, tmp_path: Path) -> None:
    ran = run("schema", "-o", str(tmp_path))
    assert ran.code == 1
    assert f"the schema {tmp_path} cannot be written: it is a folder. Name another" in ran.err


def test_wrong_flags_give_a_document_too(run: Any) -> None:
    ran = run("recommend", "--json", "--gendre", "F")
    assert ran.code == 2
    assert "--gendre" in json.loads(ran.out)["error"]["message"]


@pytest.mark.parametrize("command", ["validate", "run"])
@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("milvus.uri=tcp://host:19530", "is neither a Milvus Lite file nor a server. Give a path that ends in .db"),
        ("milvus.uri=items", "that ends in .db"),
        ("catalogue=movies.sqlite", "Accepted: sqlite:///FILE"),
    ],
)
def test_an_unknown_kind_of_store_is_refused_before_any_work(
    run: Any, command: str, setting: str, message: str
) -> None:
    ran = run(command, "-c", "sample", "--set", setting)
    assert ran.code == 1
    assert message in ran.err
