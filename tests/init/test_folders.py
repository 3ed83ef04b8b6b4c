"""Folders of known layouts."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from towhee_recsys.errors import DatasetError
from towhee_recsys.protocols import make_task


def test_movielens(folder, small_data):
    created = folder.init(small_data, layout="movielens")
    dataset = created.config.dataset
    assert (dataset.format, dataset.path) == ("movielens", str(small_data))
    assert [each.kind for each in created.config.features.item] == ["id", "categories", "text"]
    assert dataset.users.codes["gender"].flags == ["-g", "--gender"]
    assert len(folder.dataset(created).interactions) == created.verdict.counts["interactions"]


def test_the_csv_files_of_movielens(folder, rated):
    (folder.path / "ml-latest").mkdir()
    folder.write("ml-latest/ratings.csv", rated(("userId", "movieId", "rating", "timestamp")))
    movies = [[item, f"Film {item} ({1990 + item})", "Drama|War" if item % 2 else "Comedy"] for item in range(1, 31)]
    folder.write("ml-latest/movies.csv", [["movieId", "title", "genres"], *movies])
    created = folder.init(Path("ml-latest"), layout="movielens")
    assert (created.config.dataset.format, created.config.dataset.path) == ("ml-csv", "ml-latest")
    assert created.config.dataset.name == "my-ml-latest"
    assert "year" in [each.column for each in created.config.features.item]


def test_gorse(folder):
    kinds = ["read", "star"]
    rows = [
        [kinds[row % 2], f"u{row % 20}", f"i{row % 13}", f"2024-01-{1 + row % 28:02} 10:00:00"] for row in range(400)
    ]
    folder.write("data/feedback.csv", [["feedback_type", "user_id", "item_id", "timestamp"], *rows])
    items = [[f"i{row}", "false", "a|b", "2020-01-01 00:00:00", "x|y", f"Item {row}"] for row in range(13)]
    header = ["item_id", "is_hidden", "categories", "timestamp", "labels", "description"]
    folder.write("data/items.csv", [header, *items])
    folder.write(
        "data/users.csv", [["user_id", "labels"], *([f"u{row}", "p|q" if row % 2 else "r"] for row in range(20))]
    )
    created = folder.init(Path("data"), layout="gorse")
    found = created.config.dataset.interactions
    assert (found.user, found.item, found.event, found.time) == ("user_id", "item_id", "feedback_type", "timestamp")
    assert found.weights == {"read": 0.2, "star": 1}
    assert created.config.protocol == "leave-last-out"


def test_the_json_lines_that_gorse_exports_since_version_0_5(folder):
    def write(name, records):
        (folder.path / "data" / name).write_text("".join(json.dumps(record) + "\n" for record in records))

    feedback = {"FeedbackType": "star", "Value": 1, "Timestamp": "2024-01-01T10:00:00Z", "Labels": None, "Comment": ""}
    write("feedback.jsonl", [{**feedback, "UserId": f"u{n % 20}", "ItemId": f"i{n % 13}"} for n in range(260)])
    item = {"IsHidden": False, "Categories": ["c"], "Timestamp": "0001-01-01T00:00:00Z"}
    write("items.jsonl", [{**item, "ItemId": f"i{n}", "Labels": ["xy"[n % 2]], "Comment": str(n)} for n in range(13)])
    write("users.jsonl", [{"UserId": f"u{n}", "Labels": ["pq"[n % 2]], "Comment": ""} for n in range(20)])
    created = folder.init(Path("data"), layout="gorse")
    found = created.config.dataset
    assert (found.interactions.path, found.items.path, found.users.path) == (
        "feedback.jsonl",
        "items.jsonl",
        "users.jsonl",
    )
    assert (found.interactions.user, found.interactions.item, found.interactions.event) == (
        "UserId",
        "ItemId",
        "FeedbackType",
    )
    assert created.verdict.left_out["items"]["IsHidden"] == "all values are False"
    assert len(folder.dataset(created).interactions) == 260


def test_recbole(folder, rated):
    folder.write("data/toy.inter", rated(("user_id:token", "item_id:token", "rating:float", "timestamp:float")), "\t")
    folder.write(
        "data/toy.item", [["item_id:token", "tags:token_seq"], *([n, "a b"[n % 2 :]] for n in range(1, 31))], "\t"
    )
    created = folder.init(Path("data"), layout="recbole")
    found = created.config.dataset
    assert (found.interactions.path, found.items.path) == ("toy.inter", "toy.item")
    assert (found.interactions.user, found.interactions.rating) == ("user_id:token", "rating:float")
    assert found.items.lists == {"tags:token_seq": " "}
    assert len(folder.dataset(created).interactions) == 400


HEADER = ["user_id:token", "item_id:token", "rating:float", "timestamp:float"]


def write_parts(folder, rated, names, name="toy", rating=None):
    """Files with a part each of 400 ratings; one of the last file is `rating`. Gives their rows."""
    rows = rated(None)
    random.Random(1).shuffle(rows)
    if rating is not None:
        rows[-1][2] = rating
    sizes = [0, 320, 360, 400] if len(names) == 3 else [0, 360, 400]
    parts = [rows[start:stop] for start, stop in pairwise(sizes)]
    for part, own in zip(names, parts, strict=True):
        folder.write(f"data/{name}.{part}.inter", [HEADER, *own], "\t")
    return parts


@pytest.mark.parametrize("names", [("train", "valid", "test"), ("part1", "part2", "part3"), ("train", "test")])
def test_recbole_files_that_come_split(folder, rated, names):
    parts = write_parts(folder, rated, names)
    folder.write("data/toy.user", [["user_id:token", "age:token"], *([n, "ab"[n % 2]] for n in range(1, 41))], "\t")
    created = folder.init(Path("data"), layout="recbole")
    found, config = created.config.dataset.interactions, created.config
    files = [f"toy.{name}.inter" for name in names]
    assert [file for file in (found.path, found.validation, found.test) if file] == files
    assert (config.protocol, config.objective, found.scale) == ("pre-split", "both", (1, 5))
    assert (found.rating, found.time) == ("rating:float", "timestamp:float")
    assert config.dataset.users.path == "toy.user"
    assert [each.column for each in config.features.user] == ["user_id:token", "age:token"]
    assert created.verdict.counts["interactions"] == 400
    assert created.verdict.protocol[0] == "pre-split"
    assert files[-1] in created.verdict.protocol[1]
    task = make_task("pre-split", folder.dataset(created), seed=1, validation=0)
    given = [len(task.train), *([len(task.validation)] if len(names) == 3 else []), len(task.test)]
    assert given == list(map(len, parts))


def test_the_bar_of_files_that_come_split_is_measured_on_their_test(folder, rated):
    *_, test = write_parts(folder, rated, ("train", "valid", "test"))
    created = folder.init(Path("data"), layout="recbole")
    assert set(created.verdict.bar.metrics) == {"popularity", "item_knn", "biases"}
    rows = [[user, item, 6 - rating, time] for user, item, rating, time in test]
    folder.write("data/toy.test.inter", [HEADER, *rows], "\t")
    changed = folder.init(Path("data"), layout="recbole")
    assert changed.verdict.bar.metrics["biases"] != created.verdict.bar.metrics["biases"]


def test_the_scale_covers_all_parts(folder, rated):
    write_parts(folder, rated, ("train", "valid", "test"), rating=10)
    assert folder.init(Path("data"), layout="recbole").config.dataset.interactions.scale == (1, 10)


def test_bad_rows_of_a_part_are_allowed_by_the_limit(folder, rated):
    write_parts(folder, rated, ("train", "test"))
    with open(folder.path / "data" / "toy.test.inter", "a", encoding="utf-8") as file:
        file.write("x\ty\tbad\t1600000000\n")
    created = folder.init(Path("data"), layout="recbole")
    assert created.config.dataset.max_bad_share > 1 / 41
    assert [name for name in created.verdict.bad_rows if name.startswith("toy.test.inter")]
    assert len(folder.dataset(created).interactions) == 400


@pytest.mark.parametrize(
    "names",
    [
        ["a.inter", "b.inter"],
        ["toy.train.inter", "toy.valid.inter"],
        ["toy.train.inter", "other.test.inter"],
        ["toy.inter", "toy.train.inter", "toy.test.inter"],
        ["toy.test.inter"],
    ],
)
def test_recbole_files_of_several_datasets_or_unclear_ones(folder, rated, names):
    for name in names:
        folder.write(f"data/{name}", [HEADER, *rated(None)], "\t")
    with pytest.raises(DatasetError) as caught:
        folder.init(Path("data"), layout="recbole")
    facts = [*names, "NAME.inter", "NAME.train.inter", "NAME.part1.inter", "folders of their own"]
    assert [fact for fact in facts if fact not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("layout", "facts"),
    [
        ("movielens", ["no files of the layout movielens", "movies.dat", "notes.txt"]),
        ("gorse", ["feedback.jsonl", "feedback.csv"]),
        ("recbole", ["NAME.inter"]),
        ("movielnes", ["'movielnes'", "movielens, recbole, gorse", "Did you mean"]),
    ],
)
def test_folders_of_other_layouts(folder, layout, facts):
    (folder.path / "data" / "notes.txt").write_text("x")
    with pytest.raises(DatasetError) as caught:
        folder.init(Path("data"), layout=layout)
    assert [fact for fact in facts if fact not in str(caught.value)] == []


def test_a_file_is_no_folder(folder, rated):
    with pytest.raises(DatasetError, match=r"r\.csv is no folder"):
        folder.init(folder.write("r.csv", rated()), layout="movielens")
