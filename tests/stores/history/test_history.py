"""What every history does: users' items by build, in one round trip."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from towhee_recsys.errors import IndexMismatchError, QueryError, StoreError
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.keyed import open_keyed

ROWS = [(1, [10, 20, 30]), (2, []), ("1", ["sku-1", "é🎬", "'; --"]), (-(2**63), [2**63 - 1, -1]), ("ключ", [0])]


@pytest.fixture
def history(url):
    return open_history(url)


def test_items_come_back_in_the_order_of_the_users_and_as_often(history):
    history.write(ROWS, "v1")
    users = [user for user, _ in ROWS]
    assert history.get(users[::-1] + users[:1], "v1") == [items for _, items in ROWS[::-1]] + [ROWS[0][1]]
    assert history.get([], "v1") == []
    assert (history.count("v1"), history.versions()) == (5, ["v1"])


def test_an_unknown_user_has_no_items(history):
    history.write(ROWS, "v1")
    assert history.get([3, "2", "unknown"], "v1") == [[], [], []]


def test_ids_may_be_numpys(history):
    history.write([(np.int64(7), np.array([1, 2], np.int64)), (np.str_("7"), np.array(["a"], object))], "v1")
    assert history.get([np.int64(7), "7"], "v1") == [[1, 2], ["a"]]


def test_a_history_of_nobody_is_there_and_a_dropped_one_is_gone(history):
    history.write([], "items__a")
    assert (history.exists("items__a"), history.count("items__a")) == (True, 0)
    assert history.get([1], "items__a") == [[]]
    history.drop("items__a")
    assert (history.exists("items__a"), history.count("items__a"), history.versions()) == (False, 0, [])
    for users in ([1], []):
        with pytest.raises(IndexMismatchError) as raised:
            history.get(users, "items__a")
        assert all(
            part in str(raised.value) for part in ("items__a has no history", repr(history.url), "towhee-recsys index")
        )


def test_versions_do_not_see_each_other(history, url):
    for version in ("items__a", "items__b", "others__a"):
        history.write([(1, [version])], version)
    assert history.versions("items") == ["items__a", "items__b"]
    history.drop("items__a")
    assert history.get([1], "items__b") == [["items__b"]]
    history.write([(1, ["new"])], "items__b")
    assert history.get([1], "items__b") == [["new"]]
    assert open_history(url) is history
    assert open_keyed(url, "facts", "catalogue").versions() == []


@pytest.mark.parametrize("rows", [ROWS, ROWS[:2], ROWS[1:2], [(1, [3]), ("1", [-(2**63), 2**63 - 1])], []])
def test_as_arrays_they_are_the_same(history, rows):
    history.write(rows, "v1")
    users = [3, *(user for user, _ in rows), "2"]
    ids, lengths = history.get_arrays(users, "v1")
    assert lengths.tolist() == [0, *(len(items) for _, items in rows), 0]
    assert ids.tolist() == [item for _, items in rows for item in items]
    with pytest.raises(IndexMismatchError):
        history.get_arrays(users, "v2")


@pytest.mark.parametrize(
    "text", ["[1,]", "[,1]", "[1,,2]", "[1-2]", "[--1]", "[1", "1]", "[1][2]", "[1.5]", "{}", "", "-"]
)
def test_a_broken_row_is_nobodys_among_arrays(history, text):
    history.write([(1, [10]), (2, [20, 30]), (3, [])], "v1")
    history._store.write([("2", text)], "v1")
    ids, lengths = history.get_arrays([1, 2, 3], "v1")
    assert (ids.tolist(), lengths.tolist()) == ([10], [1, 0, 0])
    assert history.get([1, 2, 3], "v1") == [[10], [], []]


def test_a_user_of_ten_thousand_items(history):
    history.write([(1, range(10_000)), (2, [f"a text as an id: {key}" for key in range(10_000)])], "v1")
    numbers, texts = history.get([1, 2], "v1")
    assert numbers == list(range(10_000))
    assert texts[-1] == "a text as an id: 9999"


def test_any_number_of_users_in_one_call(history):
    history.write(((user, [user % 7]) for user in range(5000)), "v1")
    assert history.count("v1") == 5000
    assert history.get(range(5001), "v1") == [*([user % 7] for user in range(5000)), []]


@pytest.mark.parametrize("text", ["", "{", "null", "[1.5]", "[[1]]", '{"1": 2}', "[true]"])
def test_a_broken_row_counts_as_an_unknown_user_and_is_logged(keyed, history, caplog, text):
    history.write([(1, [10]), (2, [20])], "v1")
    keyed.spoil("v1", "1", text, table="history")
    assert history.get([1, 2], "v1") == [[], [20]]
    [message] = caplog.messages
    assert f"{history.url!r} has a broken row for user 1" in message


@pytest.mark.parametrize("wrong", [1.5, True, None, "", "x" * 513])
def test_what_is_not_an_id_is_refused(history, wrong):
    history.write([(1, [10])], "v1")
    with pytest.raises(QueryError, match=r"^user id .* is not acceptable\. Accepted: "):
        history.get([wrong], "v1")
    with pytest.raises(QueryError, match=r"^user id .* is not acceptable\. Accepted: "):
        history.write([(wrong, [10])], "v2")
    with pytest.raises(QueryError, match=r"^item id .* is not acceptable\. Accepted: "):
        history.write([(1, [wrong])], "v2")
    assert not history.exists("v2")


KILLED = """
import sys
from towhee_recsys.stores.history import open_history

def rows():
    for user in range(10**9):
        if user == 2500:
            print("under way", flush=True)
        yield user, [1]

open_history(sys.argv[1]).write(rows(), "items__new")
"""


def test_a_writer_that_is_killed_leaves_no_history_that_is_taken_for_a_whole_one(history, url):
    with subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "under way\n"
        writer.kill()
    assert not history.exists("items__new")
    with pytest.raises(IndexMismatchError, match="has no history"):
        history.get([1], "items__new")
    history.drop("items__new")
    assert history.versions() == []


def test_another_process_reads_it(history, url):
    history.write(ROWS, "v1")
    code = "import sys, json; from towhee_recsys.stores.history import open_history"
    code += "; print(json.dumps(open_history(sys.argv[1]).get([1, '1'], 'v1')))"
    other = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    assert json.loads(other.stdout) == [ROWS[0][1], ROWS[2][1]]


def test_messages_name_the_setting_of_the_history(tmp_path):
    (tmp_path / "foreign.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match=r"^the history 'sqlite:.*name another file in `history`"):
        open_history(f"sqlite:///{tmp_path / 'foreign.sqlite'}")
    with pytest.raises(StoreError, match=r"^history 'mongodb://host/items': this kind of URL is not known"):
        open_history("mongodb://host/items")
