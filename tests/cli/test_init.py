"""`towhee-recsys init`: what it prints, and that the config runs."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.cli import initialising
from towhee_recsys.init.ids import Ids

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
TABLES = [str(SHOP / "orders.csv"), "--items", str(SHOP / "products.csv"), "--users", str(SHOP / "customers.csv")]


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_verdict_for_people(run: Any) -> None:
    ran = run("init", *TABLES)
    assert ran.code == 0
    for fact in ("4,875", "customer_id", "repeated interactions", "item_knn", "objective: ranking", "leave-last-out"):
        assert fact in ran.out
    assert "towhee-recsys train -c config.yaml" in ran.out
    assert Path("config.yaml").is_file()


def test_the_verdict_for_programs(run: Any) -> None:
    found = json.loads(run("init", *TABLES, "-o", "shop.yaml", "--json").out)
    assert found["config"] == "shop.yaml"
    assert found["counts"] == {"users": 400, "items": 150, "interactions": 4875}
    assert found["columns"] == {"user": "customer_id", "item": "sku", "event": "action", "time": "at"}
    assert found["bar"]["metrics"]["item_knn"]["ndcg@10"] > 0
    assert {"density", "cold", "orphans", "repeated", "leaks", "left_out", "unsure", "protocol"} <= set(found)


def test_the_config_runs_as_it_is(run: Any) -> None:
    run("init", *TABLES, "-o", "shop.yaml")
    quick = ["--set", "training.epochs=2", "--set", "training.device=cpu"]
    for command in (["train"], ["index"], ["recommend", "-u", "c0001", "--json"], ["evaluate", "--json"]):
        ran = run(*command, "-c", "shop.yaml", *quick)
        assert ran.code == 0, ran.err
    assert Path("artifacts/shop/model").is_dir()


def test_files_that_come_split_run_as_they_are(run: Any) -> None:
    draw, header = random.Random(0), "user_id:token\titem_id:token\trating:float\n"
    rows = [f"{user}\t{item}\t{draw.randint(1, 5)}\n" for user in range(30) for item in draw.sample(range(20), 10)]
    draw.shuffle(rows)
    Path("toy").mkdir()
    for part, (start, stop) in {"train": (0, 240), "valid": (240, 265), "test": (265, 300)}.items():
        Path(f"toy/toy.{part}.inter").write_text(header + "".join(rows[start:stop]))
    found = json.loads(run("init", "--from", "recbole", "toy", "-o", "toy.yaml", "--json").out)
    assert found["protocol"]["name"] == "pre-split"
    quick = ["--set", "training.epochs=2", "--set", "training.device=cpu"]
    assert run("train", "-c", "toy.yaml", *quick).code == 0
    ran = run("evaluate", "-c", "toy.yaml", *quick, "--json")
    assert ran.code == 0, ran.err
    measured = json.loads(ran.out)
    assert (measured["protocol"], measured["ratings"]) == ("pre-split", 35)
    assert measured["baselines"]["biases"]["rmse"] == pytest.approx(found["bar"]["metrics"]["biases"]["rmse"])


def test_a_config_that_is_there(run: Any) -> None:
    Path("config.yaml").write_text("mine")
    ran = run("init", *TABLES)
    assert (ran.code, Path("config.yaml").read_text()) == (2, "mine")
    assert "--force" in ran.err
    assert run("init", *TABLES, "--force").code == 0


@pytest.mark.parametrize("output", ["r.csv", "./r.csv", "i.csv"])
def test_a_config_never_replaces_a_table(output: str, run: Any) -> None:
    rows = "".join(f"u{row % 20},i{row % 13},{1 + row % 5}\n" for row in range(200))
    Path("r.csv").write_text(f"user,item,rating\n{rows}")
    Path("i.csv").write_text("item,name\n" + "".join(f"i{row},thing {row}\n" for row in range(13)))
    before = Path(output).read_text()
    ran = run("init", "r.csv", "--items", "i.csv", "-o", output, "--force")
    assert (ran.code, Path(output).read_text()) == (2, before)
    assert all(part in ran.err for part in (f"{Path(output)} is there already", ".yaml files alone", "-o"))


def test_columns_that_are_given_and_doubts(run: Any) -> None:
    draw = random.Random(0)
    rows = [f"{draw.randrange(40)},{draw.randrange(30)},{draw.randint(1, 5)}\n" for _ in range(400)]
    Path("r.csv").write_text("".join(rows))
    assert "unsure: dataset.interactions.user: users are in 'column_1'" in run("init", "r.csv").out
    found = json.loads(run("init", "r.csv", "--force", "--user", "column_2", "--item", "column_1", "--json").out)
    assert "dataset.interactions.user" not in found["unsure"]
    ran = run("init", "r.csv", "--force", "--user", "column_9")
    assert (ran.code, "--user: given 'column_9'" in ran.err) == (1, True)


def test_a_person_is_asked_which_columns_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.prompt", lambda *_, **__: 2)
    assert initialising._ask([Ids("a", "b"), Ids("b", "a")]) == Ids("b", "a")


def test_names_cannot_command_a_terminal(run: Any) -> None:
    rows = "".join(f"u{row % 20},i{row % 13},{row % 5}\n" for row in range(200))
    Path("r.csv").write_text(f"user\x1b[31m,item,x\u202e\n{rows}")
    ran = run("init", "r.csv")
    assert ran.code == 0
    assert "\x1b[31m" not in ran.out + Path("config.yaml").read_text()
    assert r"user\x1b[31m" in ran.out
