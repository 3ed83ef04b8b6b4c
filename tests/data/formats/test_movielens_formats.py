"""MovieLens 100K, 10M and the CSV files, by invented rows in exactly their formats."""

from __future__ import annotations

import pytest

from tests.data.formats.conftest import rows_of
from towhee_recsys.config import load_config
from towhee_recsys.data import check_dataset, ensure_dataset, iter_items, read_dataset, records
from towhee_recsys.errors import DatasetError

GENRES = "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|"
GENRES += "Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western"


def item_100k(number, title, *genres, dates="01-Jan-1995|", url="http://example.org/?Heat%20(1995)"):
    marks = "|".join("1" if each in genres else "0" for each in GENRES.split("|"))
    return f"{number}|{title}|{dates}|{url}|{marks}"


@pytest.fixture
def ml_100k(format_of):
    made = format_of("ml-100k")
    made.write("u.user", "1|24|M|technician|85711", "2|53|F|other|94043", "3|7|M|student|T8H1N")
    made.write(
        "u.item",
        item_100k(1, 'Amour "fou", Un (1995)', "Drama", "Romance"),
        item_100k(2, "Café (1996)", "Comedy", "Children's"),
        item_100k(267, "unknown", "unknown", dates="|", url=""),
        encoding="latin-1",
    )
    made.write("u.data", "1\t2\t3\t881250949", "3\t1\t5\t891717742", "2\t267\t1\t878887116")
    return made


def test_100k(ml_100k):
    dataset = ml_100k.read()
    assert records(dataset.users)[2] == {
        "user_id": 3, "age": 7, "gender": "M", "occupation": "student", "zip_code": "T8H1N"
    }  # fmt: skip
    assert [(item["movie_id"], item["title"], item["year"], item["genres"]) for item in records(dataset.items)] == [
        (1, 'Amour "fou", Un', 1995, ["Drama", "Romance"]),
        (2, "Café", 1996, ["Children's", "Comedy"]),
        (267, "unknown", None, ["unknown"]),
    ]
    assert rows_of(dataset) == [(1, 2, 3.0, 881250949), (3, 1, 5.0, 891717742), (2, 267, 1.0, 878887116)]
    assert dataset.schema.feedback.scale == (1, 5)
    assert dataset.item_schema.facts == {"title": "text", "year": "number", "genres": "texts"}
    assert next(iter_items(dataset.schema))[1]["title"] == "Café"


def test_100k_with_a_bad_line(ml_100k, must_say):
    ml_100k.write("u.data", "1\t2\t3\t881250949", "3\t1\t6\t891717742", "3\t9\t5\t1")
    with pytest.raises(DatasetError) as caught:
        ml_100k.read()
    must_say(str(caught.value), "u.data:3: ", "'9'", "u.item", "dataset.strict")
    ml_100k.write("u.data", "1\t2\t3\t881250949", "3\t1\t6\t891717742")
    with pytest.raises(DatasetError) as caught:
        ml_100k.read()
    must_say(str(caught.value), "u.data:2: rating", "given '6'", "1 to 5", "dataset.strict")
    dataset = ml_100k.read(strict=False, max_bad_share=0.5)
    assert (rows_of(dataset), dataset.bad_rows) == ([(1, 2, 3.0, 881250949)], {"u.data: rating out of scale": 1})


@pytest.mark.parametrize(
    ("file", "line", "facts"),
    [
        ("u.item", "5|Heat (1995)|01-Jan-1995|", ["u.item:1", "given 4", "accepted: 24"]),
        ("u.item", item_100k(5, "Heat (1995)", "War").replace("|1", "|2"), ["u.item:1: War", "'2'", "0 or 1"]),
        ("u.user", "1,24,M,technician,85711", ["u.user:1", "given 1", "accepted: 5"]),
    ],
)
def test_100k_with_bad_items_and_users(ml_100k, must_say, file, line, facts):
    ml_100k.write(file, line)
    with pytest.raises(DatasetError) as caught:
        ml_100k.read()
    must_say(str(caught.value), *facts)


@pytest.fixture
def ml_csv(format_of):
    made = format_of("ml-csv")
    made.write(
        "movies.csv",
        "movieId,title,genres",
        '1,"Amour fou, Un (1995)",Drama|Romance',
        '2,"""Quoted"" (2001) ",IMAX',
        "3,No Year,(no genres listed)",
        "4,1984 (1956),Sci-Fi",
    )
    made.write("ratings.csv", "userId,movieId,rating,timestamp", "7,2,0.5,1147880044", "9,4,4.5,1147868817")
    return made


def test_csv(ml_csv):
    dataset = ml_csv.read()
    assert records(dataset.items) == [
        {"movieId": 1, "title": "Amour fou, Un", "year": 1995, "genres": ["Drama", "Romance"]},
        {"movieId": 2, "title": '"Quoted"', "year": 2001, "genres": ["IMAX"]},
        {"movieId": 3, "title": "No Year", "year": None, "genres": []},
        {"movieId": 4, "title": "1984", "year": 1956, "genres": ["Sci-Fi"]},
    ]
    assert dataset.user_ids.tolist() == [7, 9]
    assert rows_of(dataset) == [(7, 2, 0.5, 1147880044), (9, 4, 4.5, 1147868817)]
    assert dataset.schema.feedback.scale == (0.5, 5)


def test_csv_with_a_rating_between_half_stars_and_below_the_scale(ml_csv, must_say):
    ml_csv.write("ratings.csv", "userId,movieId,rating,timestamp", "7,2,0.5,1147880044", "9,4,0,1147868817")
    with pytest.raises(DatasetError) as caught:
        ml_csv.read()
    must_say(str(caught.value), "ratings.csv:3", "'0'", "0.5 to 5")


def test_10m(format_of, must_say):
    made = format_of("ml-10m")
    made.write("movies.dat", "122::Boomerang: Or Not (1992)::Comedy|Romance", "5::Ça (1990)::(no genres listed)")
    made.write("ratings.dat", "1::122::5::838985046", "2::5::3.5::838983525")
    dataset = made.read()
    assert records(dataset.items) == [
        {"movie_id": 122, "title": "Boomerang: Or Not", "year": 1992, "genres": ["Comedy", "Romance"]},
        {"movie_id": 5, "title": "Ça", "year": 1990, "genres": []},
    ]
    assert rows_of(dataset) == [(1, 122, 5.0, 838985046), (2, 5, 3.5, 838983525)]
    made.write("ratings.dat", "1::122::5::838985046", "2::5::3.5")
    with pytest.raises(DatasetError) as caught:
        made.read()
    must_say(str(caught.value), "ratings.dat:2", "given 3", "accepted: 4")


@pytest.mark.parametrize(
    ("name", "format_", "files"),
    [
        ("ml-100k", "ml-100k", ["u.data", "u.item", "u.user"]),
        ("ml-1m", "movielens", ["movies.dat", "users.dat", "ratings.dat"]),
        ("ml-10m", "ml-10m", ["movies.dat", "ratings.dat"]),
        *((name, "ml-csv", ["movies.csv", "ratings.csv"]) for name in ("ml-20m", "ml-25m", "ml-32m", "ml-latest")),
        ("ml-latest-small", "ml-csv", ["movies.csv", "ratings.csv"]),
    ],
)
def test_datasets_that_are_known_by_name(monkeypatch, tmp_path, must_say, name, format_, files):
    monkeypatch.setenv("TOWHEE_RECSYS_HOME", str(tmp_path))
    config = load_config(dataset={"name": name})
    assert (config.dataset.format, config.dataset.path) == (format_, str(tmp_path / name))
    assert config.dataset.strict
    assert config.model.dir == f"artifacts/{name}/model"
    for do in (ensure_dataset, check_dataset, read_dataset):
        with pytest.raises(DatasetError) as caught:
            do(config.dataset)
        must_say(str(caught.value), *files, "no such folder", "dataset.path=DIR", "dataset.download: true")
    sentence, there = check_dataset(load_config(dataset={"name": name, "download": True}).dataset)
    assert not there
    must_say(sentence, str(tmp_path / name), "MovieLens", "downloads it")


def test_a_known_name_with_tables_of_one_s_own():
    tables = {"interactions": {"path": "r.csv", "user": "u", "item": "i"}}
    assert load_config(dataset={"name": "ml-25m", **tables}).dataset.format == "table"


def test_a_format_without_a_name(tmp_path, must_say):
    config = load_config(dataset={"format": "ml-csv", "path": str(tmp_path), "download": True})
    assert (config.dataset.name, config.dataset.strict) == ("ml-csv", False)
    with pytest.raises(DatasetError) as caught:
        ensure_dataset(config.dataset)
    must_say(str(caught.value), "movies.csv does not exist", "dataset.items.path")
