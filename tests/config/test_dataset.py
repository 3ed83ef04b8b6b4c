"""The declaration of a dataset: what it means, and what is refused with which facts."""

from __future__ import annotations

import pandas as pd
import pytest

from towhee_recsys.config import DataSchema, config_schema, dump_config, load_config
from towhee_recsys.config.yaml import parse_mapping

SHOP = """\
dataset:
  name: shop
  users: {path: customers.csv, id: customer_id}
  items: {path: products.csv, id: sku, title: name, show: [price], filter: [tags, price], lists: {tags: "|"}}
  interactions:
    path: orders.csv
    user: customer_id
    item: sku
    event: action
    weights: {view: 0.1, purchase: 1}
    time: at
"""


def shop(**interactions):
    return {"interactions": {"path": "orders.csv", "user": "customer", "item": "sku"} | interactions}


def flags(**columns):
    """A shop whose users have columns of codes with these flags."""
    codes = {column: {"names": {1: "one"}, "flags": flags} for column, flags in columns.items()}
    return shop() | {"users": {"codes": codes}}


def test_tables_of_ones_own(write):
    dataset = load_config(write("shop.yaml", SHOP)).dataset
    assert (dataset.format, dataset.strict, dataset.path, dataset.encoding) == ("table", False, None, "utf-8")
    assert dataset.items.facts == ["name", "price", "tags"]
    assert dataset.feedback.scale is None
    assert 0 < dataset.feedback.liked < 1e-30, "any weight above 0"
    assert not dataset.users.codes, "codes are declared: those of MovieLens are MovieLens' own"


def test_ids_are_named_as_in_the_interactions_where_nothing_else_is_declared():
    dataset = load_config(dataset=shop()).dataset
    assert (dataset.users.id, dataset.items.id) == ("customer", "sku")


def test_features_are_suggested_by_the_declaration(write):
    features = load_config(write("shop.yaml", SHOP)).features
    assert [feature.column for feature in features.user] == ["customer_id"]
    assert [(feature.kind, feature.column) for feature in features.item] == [
        ("id", "sku"), ("categories", "tags"), ("text", "name")
    ]  # fmt: skip


def test_a_history_has_the_name_that_requests_use(refused):
    message = refused(features={"user": [{"kind": "history", "column": "seen"}]})
    assert all(fact in message for fact in ("features.user[0].column", "'seen'", "liked"))
    features = load_config(features={"user": [{"kind": "history", "column": "liked"}]}).features
    assert features.user[0].column == "liked"


@pytest.mark.parametrize("name", ["liked", "disliked", "feedback", "include_seen"])
def test_columns_of_users_have_other_names_than_the_fields_beside_them(refused, name):
    message = refused(features={"user": [{"kind": "category", "column": name}]})
    assert all(fact in message for fact in ("features.user[0].column", repr(name), "another name", "Rename it"))
    message = refused(dataset=shop() | {"users": {"id": name}})
    assert all(fact in message for fact in ("dataset.users.id", repr(name), "another name"))


def test_movielens_is_a_declaration():
    dataset = load_config("sample").dataset
    assert (dataset.format, dataset.encoding) == ("movielens", "latin-1")
    assert dataset.items.facts == ["title", "year", "genres"]
    assert dataset.users.codes["age"].flags == ["-a", "--age"]
    assert (dataset.feedback.scale, dataset.feedback.liked, dataset.feedback.middle) == ((1, 5), 4, 3)


def test_a_scale_is_set_on_the_command_line():
    feedback = load_config("sample", overrides=["dataset.interactions.scale=[0.5,5]"]).dataset.feedback
    assert (feedback.scale, feedback.liked) == ((0.5, 5.0), 4)


def test_what_counts_as_liking():
    assert load_config(dataset=shop(rating="stars", scale=[0, 10])).dataset.feedback.liked == 7.5
    assert load_config(dataset=shop(rating="stars", scale=[0, 10], liked=5)).dataset.feedback.liked == 5
    assert load_config(dataset=shop(count="n", liked=3)).dataset.feedback.liked == 3


@pytest.mark.parametrize(
    ("settings", "objective"),
    [(shop(), "ranking"), (shop(rating="stars", scale=[1, 5]), "both"), ({"name": "sample"}, "both")],
)
def test_the_objective_follows_the_feedback(settings, objective):
    assert load_config(dataset=settings).objective == objective


@pytest.mark.parametrize("objective", ["rating", "both"])
def test_ratings_cannot_be_learned_from_implicit_feedback(write, refused, objective):
    message = refused(write("shop.yaml", SHOP + f"objective: {objective}\n"))
    for fact in ("shop.yaml:12: objective", repr(objective), "scale", "accepted: ranking"):
        assert fact in message


@pytest.mark.parametrize(
    ("dataset", "facts"),
    [
        (shop(rating="stars"), ["dataset.interactions", "rating", "without scale", "scale: [1, 5]"]),
        (shop(scale=[1, 5]), ["scale is given without rating"]),
        (shop(event="what"), ["event is given without weights"]),
        (shop(weights={"buy": 1}), ["weights is given without event"]),
        (shop(event="what", weights={"buy": "x"}), ["dataset.interactions.weights.buy: given 'x'", "a number"]),
        (shop(event="what", weights=[1]), ["weights: given a list of 1", "a mapping of names to numbers"]),
        (shop(rating="r", scale=[1, 5], count="n"), ["rating and count", "one of rating, event and count"]),
        (shop(rating="r", scale=[5, 1]), ["dataset.interactions.scale", "lowest < highest"]),
        (shop(rating="r", scale=[1, 5], liked=6), ["liked is 6", "1 to 5"]),
        (shop(item="customer"), ["user and item", "'customer'"]),
        (shop(item=""), ["dataset.interactions.item: missing", "the column with the items' ids"]),
        (shop(raitng="stars"), ["dataset.interactions.raitng: unknown key", "'rating'"]),
        (shop() | {"format": "tables"}, ["dataset.format: given 'tables'", "table, ", "movielens", "mean 'table'?"]),
        (shop() | {"items": {"show": ["score"]}}, ["dataset.items", "'score'", "rank, score, predicted_rating"]),
        (shop() | {"items": {"lists": ["tags"]}}, ["dataset.items.lists: given a list of 1", "a mapping of names to "]),
        (shop() | {"users": {"codes": {"age": {"1": "x"}}}}, ["dataset.users.codes.age", "names"]),
        (shop() | {"users": {"codes": {"age": 3}}}, ["dataset.users.codes.age: given 3", "flags, groups_to, names"]),
        (flags(age=["age"]), ["dataset.users.codes.age.flags", "'age'", "-a", "--age"]),
        (flags(age=["-age"]), ["dataset.users.codes.age.flags", "'-age'"]),
        (flags(age=["-1"]), ["dataset.users.codes.age.flags", "'-1'"]),
        (flags(kind=["--kind", "-k"]), ["dataset.users.codes.kind.flags", "-k", "recommend", "--top-k"]),
        (flags(age=["-a"], area=["-a"]), ["dataset.users.codes", "-a", "age", "area", "once"]),
        (flags(age=["-a", "-a"]), ["dataset.users.codes", "-a", "once"]),
        ({"name": "x", "tables": {"orders": pd.DataFrame()}}, ["dataset", "'orders'", "users, items and interactions"]),
    ],
)  # fmt: skip
def test_declarations_that_are_refused(refused, dataset, facts):
    message = refused(dataset=dataset)
    assert message.removeprefix("- ").startswith("keyword dataset: dataset")
    assert [fact for fact in facts if fact not in message] == [], message


@pytest.mark.parametrize("read", [True, False])
def test_a_declaration_is_dumped_and_loaded(write, read):
    tables = None if read else {"interactions": pd.DataFrame({"customer_id": [1], "sku": [2]})}
    config = load_config(write("shop.yaml", SHOP), tables=tables)
    loaded = load_config(parse_mapping(dump_config(config).encode(), "dump").data)
    assert loaded.dataset.model_copy(update={"tables": config.dataset.tables}) == config.dataset
    assert loaded.model_copy(update={"dataset": config.dataset}) == config


def test_a_config_of_frames_alone_is_loaded_without_them():
    interactions = {"user": "customer", "item": "sku"}
    config = load_config(dataset={"interactions": interactions}, tables={"interactions": pd.DataFrame()})
    assert load_config(parse_mapping(dump_config(config).encode(), "dump").data).dataset.format == "table"


def test_the_schema_offers_the_sections_and_no_frames():
    sections = config_schema()["$defs"]
    assert {"users", "items", "interactions", "max_bad_share"} <= sections["DataSchema"]["properties"].keys()
    assert {"title", "show", "filter", "lists", "codes"} <= sections["ItemsTable"]["properties"].keys()
    assert {"event", "weights", "liked", "scale"} <= sections["InteractionsTable"]["properties"].keys()
    assert "tables" not in sections["DataSchema"]["properties"]
    assert "tables" in DataSchema.model_fields
