"""Users on the command line: what `--with`, declared flags and `-u` accept, and the example users of `run`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from towhee_recsys.cli.example_users import example_users
from towhee_recsys.config import Config, load_config

USERS = "customer,country,likes,zip\n" + "".join(
    f"c{number},{('DE', 'FR', 'GB')[number % 3]},{('red|blue', 'green')[number % 2]},{number}\n" for number in range(9)
)
ORDERS = "customer,sku\n" + "".join(f"c{user},s{(user + step) % 7}\n" for user in range(9) for step in range(4))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The config file of a shop without codes, trained and indexed."""
    from towhee_recsys import index_pipeline, train

    folder = tmp_path_factory.mktemp("shop")
    (folder / "users.csv").write_text(USERS)
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "shop.yaml").write_text(f"""
dataset:
  name: shop
  path: {folder}
  users: {{path: users.csv, lists: {{likes: "|"}}}}
  interactions: {{path: orders.csv, user: customer, item: sku}}
features:
  user: [{{kind: id, column: customer}}, {{kind: category, column: country}}, {{kind: categories, column: likes}}]
model: {{dir: {folder / "model"}, embedding_size: 8}}
training: {{epochs: 1, batch_size: 4, device: cpu}}
milvus: {{uri: {folder / "items.db"}}}
catalogue: sqlite:///{folder / "items.sqlite"}
""")
    train(str(folder / "shop.yaml"))
    index_pipeline(str(folder / "shop.yaml"))()
    return str(folder / "shop.yaml")


@pytest.mark.parametrize(
    ("given", "facts"),
    [
        (["colour=red"], ["'colour'", "not a column of users", "Accepted: customer, country, likes"]),
        (["zip=3"], ["no feature", "'zip'", "Accepted: customer, country, likes"]),
        (["country=DE", "country=FR"], ["country", "given twice", "'DE'", "'FR'"]),
        (["customer=c1", "customer=c2"], ["customer", "given twice", "'c1'", "'c2'"]),
    ],
)
def test_a_column_that_cannot_change_the_answer_is_refused(
    run: Any, file: str, given: list[str], facts: list[str]
) -> None:
    ran = run("recommend", "-c", file, *(f"--with={each}" for each in given))
    assert (ran.code, ran.out) == (2, "")
    assert [fact for fact in facts if fact not in ran.err] == []


@pytest.mark.parametrize("given", [["-g", "F", "-g", "M"], ["--with", "gender=F", "-g", "M"], ["-u", "1", "-u", "2"]])
def test_an_option_given_twice_with_different_values_is_refused(
    run: Any, on_sample: list[str], given: list[str]
) -> None:
    ran = run("recommend", *on_sample, *given)
    assert ran.code == 2
    assert all(fact in ran.err for fact in ("given twice", f"{given[-2]} {given[-1]!r}"))


def test_an_option_given_twice_with_one_value_is_one(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", *on_sample, "-g", "F", "--with", "gender=F", "--gender=F", "--json")
    assert json.loads(ran.out)["user"] == {"gender": "F"}


@pytest.mark.parametrize(
    ("given", "facts"),
    [
        ("country=GR", ["country 'GR'", "never met in training", "unknown", "Known: DE, FR, GB"]),
        ("likes=red|pink", ["likes 'pink'", "never met in training", "unknown", "Known: red, blue, green"]),
    ],
)
def test_a_value_that_training_never_met_gets_one_warning(run: Any, file: str, given: str, facts: list[str]) -> None:
    ran = run("recommend", "-c", file, "--with", given, "--json")
    assert ran.code == 0
    assert len(json.loads(ran.out)["recommendations"]) == 7
    assert len(ran.err.splitlines()) == 1
    assert [fact for fact in facts if fact not in ran.err] == []


def test_known_values_get_no_warning(run: Any, file: str) -> None:
    ran = run("recommend", "-c", file, "--with", "country=DE", "--with", "likes=red|green", "--json")
    assert json.loads(ran.out)["user"] == {"country": "DE", "likes": ["red", "green"]}
    assert ran.err == ""


def test_examples_are_known_users_where_the_dataset_has_no_codes(file: str) -> None:
    assert example_users(load_config(file), 3) == [{"customer": "c0"}, {"customer": "c4"}, {"customer": "c8"}]


def test_examples_by_codes_are_filled_up_with_known_users(sample_config: Config, sample_bundle: Any) -> None:
    assert [list(user) for user in example_users(sample_config, 3)] == [["gender", "age", "occupation"]] * 3
    one_code = sample_config.features.model_copy(update={"user": sample_config.features.user[:2]})
    users = example_users(sample_config.model_copy(update={"features": one_code}), 4)
    assert users == [{"gender": "F"}, {"gender": "M"}, {"user_id": 10001}, {"user_id": 10600}]
