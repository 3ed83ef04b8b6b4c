"""What is found out about the tables of users and items: ids, features, lists, leaks, what is left out."""

from __future__ import annotations

import random

import pytest

from towhee_recsys.errors import DatasetError

COLOURS = ["red", "green", "blue", "black"]
TAGS = ["new", "old", "big", "small", "warm", "cold"]
WORDS = ["lamp", "desk", "chair", "sofa", "shelf", "table", "mirror", "carpet", "curtain", "stool", "bench", "drawer"]


def items(seed: int = 0) -> list[list[object]]:
    draw = random.Random(seed)
    names = ["id", "name", "colour", "tags", "price", "made", "on_sale", "link", "shop", "serial", "about"]
    rows: list[list[object]] = [names]
    for item in range(1, 31):
        title = " ".join(draw.sample(WORDS, 2)).title()
        tags = "|".join(draw.sample(TAGS, draw.randint(1, 3)))
        price = round(draw.paretovariate(0.7), 2)
        made = f"{draw.randint(1990, 2020)}-05-01"
        about = " ".join(draw.choices(WORDS, k=12))
        link = f"https://x.y/{item}.png"
        row = [item, f"{title} {item}", draw.choice(COLOURS), tags, price, made, draw.choice(["true", "false"])]
        rows.append([*row, link, "Berlin", f"s{draw.random()}", about])
    return rows


def features(created, side: str) -> dict[str, str]:
    return {each.column: each.kind for each in getattr(created.config.features, side)}


def test_items(folder, rated):
    created = folder.init(folder.write("data/r.csv", rated()), items=folder.write("data/items.csv", items()))
    declared = created.config.dataset.items
    assert (created.config.dataset.path, declared.path, declared.id, declared.title) == (
        "data",
        "items.csv",
        "id",
        "name",
    )
    assert declared.lists == {"tags": "|"}
    assert features(created, "item") == {
        "id": "id",
        "colour": "category",
        "on_sale": "category",
        "tags": "categories",
        "price": "number",
        "made_year": "number",
        "name": "text",
        "about": "text",
    }
    left = created.verdict.left_out["items"]
    assert {name: why for name, why in left.items() if name != "made"} == {
        "link": "links",
        "shop": "all values are 'Berlin'",
        "serial": "30 values in 30 rows: nearly all differ",
    }
    assert "serial is left out: 30 values" in created.text
    assert declared.filter == ["colour", "on_sale", "tags", "price", "made_year"]
    assert folder.dataset(created).items["made_year"].between(1990, 2020).all()


def test_users_with_rare_and_frequent_values(folder, rated):
    draw = random.Random(0)
    rows = [[user, draw.choice("FM"), draw.randint(1, 4), f"{draw.randrange(10**5):05}"] for user in range(1, 41)]
    users = folder.write("users.csv", [["uid", "gender", "age_group", "zip"], *rows])
    created = folder.init(folder.write("r.csv", rated()), users=users)
    assert features(created, "user") == {"uid": "id", "gender": "category", "age_group": "category"}
    assert "rare" in created.verdict.left_out["users"]["zip"] or "differ" in created.verdict.left_out["users"]["zip"]


def test_ids_are_found_by_what_joins(folder, rated):
    """All ratings are ids of items, too, and so are most ids of users."""
    users = folder.write("u.csv", [["number", "code"], *([user, f"x{user % 3}"] for user in range(1, 41))])
    things = folder.write("i.csv", [["kind", "number"], *([f"k{item % 4}", item] for item in range(1, 31))])
    rows = [[rating, item, user] for user, item, rating, _ in rated(())]
    created = folder.init(folder.write("r.csv", [["a", "b", "c"], *rows]), users=users, items=things)
    found = created.config.dataset
    assert (found.interactions.user, found.interactions.item) == ("c", "b")
    assert (found.users.id, found.items.id, found.interactions.rating) == ("number", "number", "a")


def test_a_year_at_the_end_of_titles(folder, rated):
    rows = [[item, f"Lamp of {WORDS[item % 12]} ({1990 + item})"] for item in range(1, 31)]
    created = folder.init(folder.write("r.csv", rated()), items=folder.write("i.csv", [["id", "title"], *rows]))
    dataset = folder.dataset(created)
    assert features(created, "item") == {"id": "id", "year": "number", "title": "text"}
    assert dataset.items["year"].tolist() == [1990 + item for item in range(1, 31)]
    assert not dataset.items["title"].str.contains("(", regex=False).any()


def test_a_table_without_a_header(folder, rated):
    rows = [[item, f"Lamp of {WORDS[item % 12]} ({1990 + item})", COLOURS[item % 3]] for item in range(1, 31)]
    created = folder.init(folder.write("r.csv", rated(())), items=folder.write("i.dat", rows, "::"))
    declared = created.config.dataset.items
    assert (declared.columns, declared.id, declared.title) == (["id", "title", "column_3"], "id", "title")
    assert features(created, "item") == {"id": "id", "column_3": "category", "year": "number", "title": "text"}


def test_columns_that_are_made_from_the_interactions(folder, rated):
    ratings = rated()
    of = {item: [row[2] for row in ratings[1:] if row[1] == item] for item in range(1, 31)}
    draw = random.Random(0)
    rows = [
        [item, round(sum(of[item]) / len(of[item]) + 0.1 * draw.random(), 2), len(of[item]), draw.random()]
        for item in range(1, 31)
    ]
    path = folder.write("i.csv", [["id", "average_rating", "n", "weight"], *rows])
    created = folder.init(folder.write("r.csv", ratings), items=path)
    assert created.verdict.leaks == ["items: average_rating", "items: n"]
    assert features(created, "item") == {"id": "id", "weight": "number"}
    assert "follows the mean of the interactions" in created.verdict.left_out["items"]["average_rating"]
    assert "follows the number of the interactions" in created.verdict.left_out["items"]["n"]
    assert "average_rating is left out" in created.text


def test_interactions_of_items_that_are_not_in_the_table(folder, rated):
    created = folder.init(
        folder.write("r.csv", rated()), items=folder.write("i.csv", [["id", "x"], *([n, n % 3] for n in range(1, 26))])
    )
    orphans = created.verdict.orphans["items"]
    assert orphans == sum(row[1] > 25 for row in rated(()))
    assert created.config.dataset.max_bad_share >= orphans / 400
    assert f"{orphans} x unknown item" in created.text
    assert len(folder.dataset(created).interactions) == 400 - orphans


def test_texts_for_what_is_missing_among_numbers(folder, rated):
    rows = [[item, "N/A" if item % 7 == 0 else item * 1.5] for item in range(1, 31)]
    created = folder.init(folder.write("r.csv", rated()), items=folder.write("i.csv", [["id", "price"], *rows]))
    assert created.config.dataset.items.missing == ["N/A"]
    assert features(created, "item") == {"id": "id", "price": "number"}


def test_skewed_numbers_are_called_so(folder, rated):
    rows = [[item, 2**item] for item in range(1, 31)]
    created = folder.init(folder.write("r.csv", rated()), items=folder.write("i.csv", [["id", "price"], *rows]))
    assert "skewed: knots lie at quantiles" in created.text


def test_dates_are_no_categories(folder, rated):
    rows = [[item, f"2024-03-{1 + item % 3:02}"] for item in range(1, 31)]
    created = folder.init(folder.write("r.csv", rated()), items=folder.write("i.csv", [["id", "published"], *rows]))
    assert features(created, "item") == {"id": "id"}
    assert "dates, in too few years" in created.verdict.left_out["items"]["published"]


def test_a_table_that_does_not_join(folder, rated):
    path = folder.write("i.csv", [["id", "x"], ["p1", 1], ["p2", 2]])
    with pytest.raises(DatasetError) as caught:
        folder.init(folder.write("r.csv", rated()), items=path)
    facts = ["i.csv", "no column has the ids", "'item_id'", "--item", "leave out --items"]
    assert [fact for fact in facts if fact not in str(caught.value)] == []


def test_paths_outside_of_the_working_folder(folder, rated, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "ratings.csv"
    other.write_text("".join(",".join(map(str, row)) + "\n" for row in rated()))
    created = folder.init(other)
    assert created.config.dataset.path == str(other.parent)
    assert len(folder.dataset(created).interactions) == 400


def test_a_name_that_a_published_dataset_has(folder, rated):
    (folder.path / "ml-1m").mkdir()
    created = folder.init(folder.write("ml-1m/r.csv", [*rated(), ["bad row"]]))
    assert created.config.dataset.name == "my-ml-1m"
    assert created.config.dataset.strict is False
    assert created.config.model.dir == "artifacts/my-ml-1m/model"


def test_a_cell_that_keeps_a_column_from_being_numbers_is_named(folder, rated):
    rows = [["item_id", "price"], *([item, item * 1.5] for item in range(1, 31))]
    rows[8][1] = "cheap"
    created = folder.init(folder.write("ratings.csv", rated()), items=folder.write("items.csv", rows))
    why = created.verdict.left_out["items"]["price"]
    assert "1 of 30" in why
    assert "'cheap'" in why
