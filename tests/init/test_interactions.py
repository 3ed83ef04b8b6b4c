"""What is found out about the table of interactions."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pandas as pd
import pyarrow
import pytest

from towhee_recsys.config.interactions import InteractionsTable
from towhee_recsys.data.interactions import interactions_frame
from towhee_recsys.errors import ConfigError, DatasetError


def declared(created) -> InteractionsTable:
    return created.config.dataset.interactions


def test_ratings_with_names(folder, rated):
    created = folder.init(folder.write("data/r.csv", rated()))
    found = declared(created)
    assert (found.user, found.item, found.rating, found.time) == ("user_id", "item_id", "rating", "timestamp")
    assert (found.scale, found.liked, found.time_unit) == ((1, 5), 4, "s")
    assert created.verdict.unsure == {}
    assert (created.config.objective, created.config.protocol) == ("both", "rating-90-10")
    assert len(folder.dataset(created).interactions) == 400


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "::", " "])
@pytest.mark.parametrize("name", ["r.csv", "r.tsv", "r.dat"])
def test_any_separator_without_a_header(folder, rated, separator, name):
    created = folder.init(folder.write(name, rated(()), separator))
    found = declared(created)
    assert found.columns == ["user", "item", "rating", "time"]
    assert (found.user, found.item, found.rating, found.time) == ("user", "item", "rating", "time")
    assert "--user column_2 --item column_1" in created.verdict.unsure["dataset.interactions.user"]
    assert len(folder.dataset(created).interactions) == 400


def test_a_file_without_names_takes_those_of_columns(folder, rated):
    path = folder.write("r.csv", [[row[1], row[0], *row[2:]] for row in rated(())])
    found = declared(folder.init(path, columns={"user": "column_2", "item": "column_1"}))
    assert found.columns == ["item", "user", "rating", "time"]


@pytest.mark.parametrize(
    ("levels", "scale", "liked"),
    [
        ([1, 2, 3, 4, 5], (1, 5), 4),
        ([2, 3, 4], (1, 5), 4),
        ([0.5, 3, 4.5], (0.5, 5), 4),
        ([1, 3.5, 5], (0.5, 5), 4),
        ([0, 3, 5], (0, 5), 4),
        ([1, 8, 9], (1, 10), 8),
        ([0.5, 7.5, 10], (0.5, 10), 8),
        ([6, 7, 3], (1, 7), 6),
        ([10, 80, 97], (1, 100), 76),
        ([0.13, 0.5, 0.97], (0, 1), 0.75),
        ([-9.3, 0.4, 7.7], (-10, 10), 5),
    ],
)
def test_scales(folder, rated, levels, scale, liked):
    rows = [[*row[:2], levels[row[2] % len(levels)]] for row in rated(())]
    found = declared(folder.init(folder.write("r.csv", [["user", "item", "score"], *rows])))
    assert (found.scale, found.liked) == (scale, liked)


def test_a_level_that_never_occurs_is_unsure(folder, rated):
    rows = [[*row[:2], 2 + row[2] % 3] for row in rated(())]
    created = folder.init(folder.write("r.csv", [["user", "item", "stars"], *rows]))
    assert "no rating is 1 and 5" in created.verdict.unsure["dataset.interactions.scale"]
    assert "unsure: no rating is 1 and 5" in created.text


def test_events_have_weights_by_their_names(folder):
    draw = random.Random(0)
    events = ["view", "add_to_cart", "purchase", "remove_from_cart", "impression"]
    rows = [[f"u{draw.randrange(30)}", f"i{draw.randrange(20)}", draw.choice(events), "2024-01-01"] for _ in range(500)]
    created = folder.init(folder.write("e.csv", [["visitor", "product", "action", "day"], *rows]))
    found = declared(created)
    weights = {"remove_from_cart": -0.5, "impression": 0, "view": 0.2, "add_to_cart": 0.5, "purchase": 1}
    assert (found.user, found.item, found.event, found.weights) == ("visitor", "product", "action", weights)
    assert list(found.weights) == list(weights)
    assert created.config.objective == "ranking"


def test_events_whose_names_say_nothing_are_unsure(folder):
    rows = [[f"u{row % 30}", f"i{row % 17}", "ab"[row % 2]] for row in range(400)]
    created = folder.init(folder.write("e.csv", [["user", "item", "event"], *rows]))
    assert declared(created).weights == {"a": 1, "b": 1}
    assert "'a', 'b'" in created.verdict.unsure["dataset.interactions.weights"]


@pytest.mark.parametrize("name", ["liked", "label", "rating"])
def test_yes_and_no_are_events(folder, rated, name):
    rows = [[*row[:2], row[2] % 2] for row in rated(())]
    found = declared(folder.init(folder.write("r.csv", [["user", "item", name], *rows])))
    assert (found.event, found.weights) == (name, {"0": 0, "1": 1})


def test_counts(folder):
    draw = random.Random(0)
    rows = [[f"u{draw.randrange(30)}", f"i{draw.randrange(20)}", int(draw.paretovariate(1))] for _ in range(500)]
    created = folder.init(folder.write("p.csv", [["listener", "song", "plays"], *rows]))
    assert (declared(created).count, declared(created).rating) == ("plays", None)
    unnamed = folder.init(folder.write("q.csv", [["listener", "song", "x"], *rows]))
    assert declared(unnamed).count == "x"
    assert "'x' is taken as the count" in unnamed.verdict.unsure["dataset.interactions.count"]


def test_rows_that_count_once(folder, rated):
    path = folder.write("r.csv", [["user", "item", "rating"], *([*row[:2], 5] for row in rated(()))])
    created = folder.init(path)
    found = declared(created)
    assert (found.rating, found.event, found.count) == (None, None, None)
    assert created.verdict.left_out["interactions"] == {"rating": "all values are '5'"}
    assert created.config.protocol == "ranking-80-20"


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
def test_units_of_time(folder, rated, unit, factor):
    rows = [[*row[:3], row[3] * factor] for row in rated(())]
    created = folder.init(folder.write("r.csv", [["user", "item", "rating", "created_at"], *rows]))
    assert (declared(created).time, declared(created).time_unit) == ("created_at", unit)
    assert folder.dataset(created).interactions.times.min() >= 1_600_000_000


def test_times_that_are_none(folder, rated):
    rows = [[*row[:3], 0, f"{row[2]}/1/2020"] for row in rated(())]
    created = folder.init(folder.write("r.csv", [["user", "item", "rating", "timestamp", "date"], *rows]))
    assert declared(created).time is None
    left = created.verdict.left_out["interactions"]
    assert "all values are '0'" in left["timestamp"]
    assert "neither ISO 8601 nor numbers since 1970" in left["date"]
    assert "timestamp is left out" in created.text


@pytest.mark.parametrize(("each", "protocol"), [(5, "leave-last-out"), (1, "temporal")])
def test_protocols_of_implicit_feedback_with_times(folder, each, protocol):
    rows = [[f"u{row // each}", f"i{row % 13}", f"2024-01-{1 + row % 28:02}T00:00:00Z"] for row in range(400)]
    created = folder.init(folder.write("e.csv", [["user", "item", "at"], *rows]))
    assert created.config.protocol == protocol
    assert created.verdict.protocol[1]


def test_repeated_ratings_keep_the_last(folder, rated):
    rows = rated()
    created = folder.init(folder.write("r.csv", [*rows, *rows[1:101]]))
    assert created.verdict.repeated == 100
    assert declared(created).duplicates == "last"
    assert len(folder.dataset(created).interactions) == 400


def test_ids_of_text_and_of_the_row(folder, rated):
    rows = [[f"order-{number}", f"00{row[0]}", f"sku {row[1]}"] for number, row in enumerate(rated(()))]
    created = folder.init(folder.write("o.csv", [["order_id", "customer_id", "sku"], *rows]))
    assert (declared(created).user, declared(created).item) == ("customer_id", "sku")
    assert "001" in interactions_frame(folder.dataset(created))["user"].tolist()


def test_content_decides_without_helpful_names(folder):
    draw = random.Random(0)
    rows = [[draw.random(), f"p{draw.randrange(50)}", draw.randint(1, 5), f"q{draw.randrange(40)}"] for _ in range(600)]
    found = declared(folder.init(folder.write("x.csv", [["a", "b", "c", "d"], *rows])))
    assert ({found.user, found.item}, found.rating) == ({"b", "d"}, "c")


def test_json_lines(folder, rated):
    keys = ("reviewerID", "asin", "overall", "unixReviewTime")
    lines = [json.dumps(dict(zip(keys, row, strict=True))) for row in rated(())]
    (folder.path / "r.jsonl").write_text("\n".join(lines))
    found = declared(folder.init(folder.path / "r.jsonl"))
    assert (found.user, found.item, found.rating, found.time) == keys
    assert found.path == "r.jsonl"


@pytest.mark.parametrize("name", ["r.parquet", "r.jsonl", "r.csv.gz", "r.tsv.zst"])
def test_files_of_other_formats(folder, rated, name):
    header, *rows = rated(("reader", "article", "stars", "at"))
    frame = pd.DataFrame(rows, columns=header).assign(at=pd.to_datetime([row[3] for row in rows], unit="s", utc=True))
    if name.endswith(".parquet"):
        frame.to_parquet(folder.path / name)
    elif name.endswith(".jsonl"):
        frame.to_json(folder.path / name, orient="records", lines=True, date_format="iso")
    else:
        texts = frame.assign(at=frame["at"].map(lambda time: time.isoformat()))
        content = texts.to_csv(index=False, sep="\t" if ".tsv" in name else ",")
        with pyarrow.output_stream(str(folder.path / name)) as file:  # compressed as its suffix says
            file.write(content.encode())
    created = folder.init(Path(name))
    found = declared(created)
    assert (found.user, found.item, found.rating, found.time) == ("reader", "article", "stars", "at")
    assert found.separator is None
    assert folder.dataset(created).interactions.times.min() >= 1_600_000_000


def test_latin_1(folder, rated):
    rows = [[f"é{row[0]}", *row[1:]] for row in rated(())]
    created = folder.init(folder.write("r.csv", [["user", "item", "rating", "time"], *rows], encoding="latin-1"))
    assert created.config.dataset.encoding == "latin-1"
    assert "é1" in folder.dataset(created).user_ids.tolist()


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (b"", ["r.csv", "is empty"]),
        (b"user,item\n", ["r.csv", "is empty", "no rows"]),
        ("user,item\n1,2\n".encode("utf-16"), ["r.csv", "NUL", "save the file as UTF-8"]),
        (b"user\n1\n2\n", ["r.csv", "'user'", "--user and --item"]),
        (b"user,user\n1,2\n", ["r.csv", "'user' is there twice"]),
        (b"${top_k},item\n1,2\n3,4\n", ["r.csv", "${top_k}", "rename"]),
    ],
)
def test_files_that_are_no_interactions(folder, content, facts):
    (folder.path / "r.csv").write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        folder.init(folder.path / "r.csv")
    assert any(fact in str(caught.value) for fact in facts[1:])
    assert facts[0] in str(caught.value)
    assert not (folder.path / "config.yaml").exists()


@pytest.mark.parametrize(
    ("columns", "facts"),
    [
        ({"user": "usr_id"}, ["--user", "'usr_id'", "'user_id'", "Did you mean"]),
        ({"rating": "item_name"}, ["--rating", "'item_name'", "numbers"]),
        ({"count": "item_name"}, ["--count", "'item_name'", "from 0 up"]),
    ],
)
def test_known_columns_that_cannot_be(folder, rated, columns, facts):
    rows = [[*row, f"name {row[1]}"] for row in rated(())]
    path = folder.write("r.csv", [["user_id", "item_id", "rating", "time", "item_name"], *rows])
    with pytest.raises(DatasetError) as caught:
        folder.init(path, columns=columns)
    assert [fact for fact in facts if fact not in str(caught.value)] == []


def test_known_columns_come_first(folder, rated):
    rows = [[*row, row[2] % 3] for row in rated(())]
    path = folder.write("r.csv", [["user_id", "item_id", "rating", "time", "grade"], *rows])
    assert declared(folder.init(path, columns={"rating": "grade"})).rating == "grade"
    assert declared(folder.init(path, columns={"event": "grade"})).weights == {"0": 1, "1": 1, "2": 1}


def test_a_config_that_is_there_is_kept(folder, rated):
    from towhee_recsys.init import Wanted, create_config

    path = folder.write("r.csv", rated())
    (folder.path / "config.yaml").write_text("mine")
    with pytest.raises(ConfigError, match=r"config\.yaml is there already.*--force"):
        create_config(Wanted(path))
    assert (folder.path / "config.yaml").read_text() == "mine"
    create_config(Wanted(path, force=True))
    assert "dataset:" in (folder.path / "config.yaml").read_text()


@pytest.mark.parametrize("repeats", [1, 100])
def test_of_ratings_the_last_epoch_is_kept(folder, rated, repeats):
    """With patience, it would be the one with the best RMSE, which on few ratings is a draw of the first epochs."""
    header, *rows = rated()
    many = [[f"{copy}-{user}", *rest] for copy in range(repeats) for user, *rest in rows]
    created = folder.init(folder.write("r.csv", [header, *many]))
    assert (created.config.objective, created.config.training.patience) == ("both", None)
    assert created.config.training.epochs == 30
    assert "patience" not in created.text


def test_without_ratings_the_epoch_with_the_best_ndcg_is_kept(folder, rated):
    created = folder.init(folder.write("r.csv", [row[:2] for row in rated()]))
    assert (created.config.objective, created.config.training.patience) == ("ranking", 8)
