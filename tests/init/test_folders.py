"""Folders of known layouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from towhee_recsys.errors import DatasetError


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


@pytest.mark.parametrize(
    ("layout", "facts"),
    [
        ("movielens", ["no files of the layout movielens", "movies.dat", "notes.txt"]),
        ("gorse", ["feedback.csv"]),
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
