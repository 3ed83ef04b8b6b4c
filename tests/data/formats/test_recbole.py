"""RecBole's atomic files, by invented rows in exactly their format."""

from __future__ import annotations

import pytest

from tests.data.formats.conftest import rows_of
from towhee_recsys.data import check_dataset, count_items, ensure_dataset, iter_items, records
from towhee_recsys.errors import DatasetError
from towhee_recsys.protocols import make_task

INTER = "user_id:token\titem_id:token\trating:float\ttimestamp:float"
EXPLICIT = {"rating": "rating", "scale": [1, 5]}


@pytest.fixture
def recbole(format_of):
    made = format_of("recbole")
    made.write("mine.inter", INTER, "196\t242\t3\t881250949", "186\t302\t4.5\t891717742", "196\t302\t1\t891717743")
    made.write(
        "mine.user",
        "user_id:token\tage:float\tgender:token\tfriends:token_seq",
        "196\t49\tM\t186 7",
        "186\t39.5\tF\t",
    )
    made.write(
        "mine.item",
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\tvector:float_seq",
        '242\tThe "fou" Un\t1997\tComedy Drama\t0.1 0.2',
        "302\tCafé\t1996\t\t",
    )
    return made


def test_files_of_a_name(recbole):
    dataset = recbole.read(name="mine", items={"title": "movie_title", "show": ["class"]}, interactions=EXPLICIT)
    assert records(dataset.users) == [
        {"user_id": 196, "age": 49.0, "gender": "M", "friends": ["186", "7"]},
        {"user_id": 186, "age": 39.5, "gender": "F", "friends": []},
    ]
    assert records(dataset.items)[0] == {
        "item_id": 242,
        "movie_title": 'The "fou" Un',
        "release_year": 1997,
        "class": ["Comedy", "Drama"],
        "vector": ["0.1", "0.2"],
    }
    assert dataset.item_schema.facts == {"movie_title": "text", "class": "texts"}
    assert rows_of(dataset) == [(196, 242, 3.0, 881250949), (186, 302, 4.5, 891717742), (196, 302, 1.0, 891717743)]


def test_without_a_rating_it_is_implicit_feedback_and_files_may_be_left_out(recbole):
    for name in ("mine.user", "mine.item"):
        (recbole.folder / name).unlink()
    dataset = recbole.read(name="mine")
    assert dataset.user_ids.tolist() == [186, 196]
    assert dataset.interactions.values.tolist() == [1.0, 1.0, 1.0]
    assert dataset.schema.feedback.scale is None
    assert count_items(dataset.schema) is None


def test_the_folder_can_have_the_name(recbole, tmp_path):
    for file in tmp_path.glob("mine.*"):
        file.rename(tmp_path / file.name.replace("mine", tmp_path.name))
    assert len(recbole.read().interactions) == 3


def test_without_times(recbole):
    recbole.write("mine.inter", "user_id:token\titem_id:token", "196\t242")
    assert recbole.read(name="mine").interactions.times.tolist() == [0]


def test_items_alone(recbole):
    declared = recbole.declared(name="mine", items={"title": "movie_title"})
    recbole.write("more.item", "item_id:token\tclass:token_seq\tmovie_title:token_seq", "7\tWar\tA b")
    more = str(recbole.folder / "more.item")
    assert list(iter_items(declared, more)) == [[{"item_id": 7, "class": ["War"], "movie_title": "A b"}]]
    assert (count_items(declared), count_items(declared, more)) == (2, 1)


def test_what_is_found(recbole):
    declared = recbole.declared(name="mine")
    ensure_dataset(declared)
    sentence, there = check_dataset(declared)
    assert there
    assert all(f"mine{suffix}" in sentence for suffix in (".inter", ".user", ".item"))


def refused(recbole, **dataset):
    with pytest.raises(DatasetError) as caught:
        recbole.read(**{"name": "mine", **dataset})
    return str(caught.value)


def test_files_that_are_not_there(recbole, must_say):
    must_say(refused(recbole, name="yours"), "yours.inter does not exist", "dataset.interactions.path")
    must_say(refused(recbole, users={"path": "x.user"}), "x.user does not exist", "dataset.users.path")


@pytest.mark.parametrize("cell", ["user_id", "user_id:tokens", "user_id:", "user_id:int"])
def test_a_header_of_another_format(recbole, must_say, cell):
    recbole.write("mine.inter", INTER.replace("user_id:token", cell), "1\t2\t3\t4")
    must_say(refused(recbole), "mine.inter:1", repr(cell), "NAME:TYPE", "token, token_seq, float, float_seq")


def test_a_column_that_is_there_twice(recbole, must_say):
    recbole.write("mine.inter", f"{INTER}\titem_id:float", "1\t2\t3\t4\t5")
    must_say(refused(recbole), "mine.inter:1", "'item_id'", "twice", "rename")


def test_a_bad_row(recbole, must_say):
    recbole.write("mine.inter", INTER, "196\t242\t3\t1", "186\t302\t7\t2", "196\t302\t3")
    message = refused(recbole, interactions=EXPLICIT)
    must_say(message, "mine.inter:", "dataset.strict")
    dataset = recbole.read(name="mine", interactions=EXPLICIT, strict=False, max_bad_share=0.9)
    assert dataset.bad_rows == {"mine.inter: rating out of scale": 1, "mine.inter: missing fields": 1}


PARTS = {"path": "mine.part1.inter", "validation": "mine.part2.inter", "test": "mine.part3.inter", **EXPLICIT}


@pytest.fixture
def split(recbole):
    recbole.write("mine.part1.inter", INTER, "196\t242\t3\t1", "186\t302\t4\t2")
    recbole.write("mine.part2.inter", INTER, "196\t302\t5\t3")
    recbole.write("mine.part3.inter", INTER, "186\t242\t5\t4")
    return recbole


def test_benchmark_files_are_evaluated_on_exactly_their_split(split):
    dataset = split.read(interactions=PARTS)
    assert len(dataset.users) == len(dataset.items) == 2
    task = make_task("pre-split", dataset, seed=1, validation=0.5)
    parts = {"train": task.train, "validation": task.validation, "test": task.test}
    assert {name: part.times.tolist() for name, part in parts.items()} == {
        "train": [1, 2],
        "validation": [3],
        "test": [4],
    }
    assert task.questions[0].users.tolist() == [1]


def test_benchmark_files_of_other_columns(split, must_say):
    split.write("mine.part3.inter", "item_id:token\tuser_id:token\trating:float\ttimestamp:float", "242\t186\t5\t4")
    must_say(refused(split, interactions=PARTS), "mine.part3.inter:1", "item_id, user_id", "user_id, item_id", "part1")
