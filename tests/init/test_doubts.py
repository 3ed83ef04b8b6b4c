"""Tables without users, ratings in texts, workbooks, and arguments that are no files: nothing is guessed in silence."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.data import read_dataset
from towhee_recsys.errors import DatasetError

USER = "dataset.interactions.user"


def reviews(user=None):
    draw = random.Random(0)
    rows = [[f"b{draw.randrange(60)}", draw.randint(1, 5), f"2024-01-{draw.randint(1, 28):02}"] for _ in range(300)]
    if user is None:
        return [["isbn", "stars", "date"], *rows]
    return [["who", "isbn", "stars", "date"], *([user(draw), *row] for row in rows)]


def test_a_rating_or_a_date_is_no_user(folder):
    with pytest.raises(DatasetError) as caught:
        folder.init(folder.write("r.csv", reviews()))
    for fact in ("'stars' (a rating)", "'date' (dates or times)", "--user COLUMN"):
        assert fact in str(caught.value)


def test_a_rating_is_a_user_where_a_person_says_so(folder):
    found = folder.init(folder.write("r.csv", reviews()), columns={"user": "stars"}).verdict
    assert found.columns["user"] == "stars"


def test_a_table_of_items_has_no_users(folder):
    draw = random.Random(0)
    words = ["drama", "comedy", "war", "crime", "noir"]
    rows = [[n, f"Title {n}", "|".join(draw.sample(words, 2)), 1990 + n % 20] for n in range(1, 101)]
    with pytest.raises(DatasetError, match=r"'genres' \(lists of words\).*'year' \(years\).*--user COLUMN"):
        folder.init(folder.write("items.csv", [["item_id", "title", "genres", "year"], *rows]))


def test_few_values_are_unsure(folder):
    found = folder.init(folder.write("r.csv", reviews(lambda draw: f"w{draw.randrange(6)}"))).verdict
    assert found.columns["user"] == "who"
    assert "'who' has 6 values in 300 rows" in found.unsure[USER]
    assert "--user COLUMN" in found.unsure[USER]


@pytest.mark.parametrize("side", ["user", "item"])
def test_one_user_or_item(folder, rated, side):
    at = ["user", "item"].index(side)
    rows = [[*row[:at], 7, *row[at + 1 :]] for row in rated(())]
    rows = [["user_id", "item_id", "rating", "timestamp"], *rows]
    found = folder.init(folder.write("r.csv", rows)).verdict
    assert f"one {side} only, so nothing can be learned" in found.unsure[f"dataset.interactions.{side}"]


@pytest.mark.parametrize(
    ("texts", "facts"),
    [
        (["5 stars", "1 stars"], ["'5 stars'", "--event"]),
        (["great", "so-so", "bad"], ["texts such as", "--event"]),
        (["4.5", "3,5"], ["'3,5'", "write 4.5 for 4,5"]),
    ],
)
@pytest.mark.parametrize("more", [[], ["clicks"]])
def test_ratings_in_texts_are_listed(folder, rated, texts, facts, more):
    header = ["user_id", "item_id", "score", *more]
    rows = [[*row[:2], f'"{texts[n % len(texts)]}"', *(1 + n % 7 for _ in more)] for n, row in enumerate(rated(()))]
    created = folder.init(folder.write("r.csv", [header, *rows]))
    why = created.verdict.left_out["interactions"]["score"]
    assert all(fact in why for fact in facts), why
    assert "score is left out" in " ".join(created.text.replace("#", "").split())


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_no_text(folder, start):
    Path("r.csv").write_bytes(start + b"\0\xff\n" * 50)
    for read in (
        lambda: folder.init(Path("r.csv")),
        lambda: read_dataset(
            load_config(dataset={"name": "x", "interactions": {"path": "r.csv", "user": "u", "item": "i"}}).dataset
        ),
    ):
        with pytest.raises(DatasetError, match=r"r\.csv.*Excel.*CSV"):
            read()


@pytest.mark.parametrize(("table", "argument"), [("items", "--items"), ("users", "--users"), (None, "INTERACTIONS")])
@pytest.mark.parametrize("name", ["no.csv", "data"])
def test_a_missing_file_names_its_argument(folder, rated, table, argument, name):
    path, more = (folder.write("r.csv", rated()), {table: Path(name)}) if table else (Path(name), {})
    with pytest.raises(DatasetError, match=f"Set {argument} to the file") as caught:
        folder.init(path, **more)
    assert "dataset.path" not in str(caught.value)
    assert "working folder" in str(caught.value)


def test_a_url_is_shown_without_its_password(folder):
    with pytest.raises(
        DatasetError, match=r"INTERACTIONS: given the URL mysql://\*\*\*@host.*accepted: a file"
    ) as caught:
        folder.init(Path("mysql://ann:secret@host/db"))
    assert "secret" not in str(caught.value)
