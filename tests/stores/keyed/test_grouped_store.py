"""What every store of groups does: rows by version, group and key, groups that are read and removed as a whole."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stores.keyed.test_keyed_store import NAMES
from towhee_recsys.stores.keyed import open_groups, open_keyed


@pytest.fixture
def store(url):
    return open_groups(url, "feedback", "feedback")


def read(store, groups, version="v1"):
    """The texts of groups, as texts."""
    return {group: as_texts(rows) for group, rows in store.read(groups, version).items()}


def as_texts(rows):
    return {key: text.decode() if isinstance(text, bytes) else text for key, text in rows.items()}


def all_rows(store, version="v1"):
    return [(group, *pair) for group, key, text in store.rows(version) for pair in as_texts({key: text}).items()]


def test_texts_come_back_by_group_and_key(store):
    store.write([("u1", "1", "one"), ("u2", "1", "é🎬 '\"\\%s\0"), ("u1", "2", "two"), ("", "1", "of no name")], "v1")
    store.write([("u1", "1", "another one")], "v2")
    assert read(store, ["u2", "u1", "", "u3", "u1"]) == {
        "u2": {"1": "é🎬 '\"\\%s\0"},
        "u1": {"1": "one", "2": "two"},
        "": {"1": "of no name"},
        "u3": {},
    }
    assert read(store, ["u1"], "v2") == {"u1": {"1": "another one"}}
    assert (store.count("v1"), store.count("v2"), store.count("v3")) == (3, 1, 0)


def test_nothing_is_read_of_no_groups_and_of_no_version(store):
    assert store.read([], "v1") == {}
    assert store.read(["u1"], "v1") == {"u1": {}}
    store.write([], "v1")
    store.delete("u1", [], "v1")
    store.delete("u1", ["1"], "v1")
    store.clear("u1", "v1")
    assert (list(store.rows("v1")), store.count("v1"), store.exists("v1")) == ([], 0, False)


def test_a_row_that_is_written_again_replaces_the_older_one(store):
    for text in ("first", "second"):
        store.write([("u1", "1", text), ("u1", "2", text)], "v1")
    store.write([("u1", "1", "third"), ("u1", "1", "fourth")], "v1")
    assert read(store, ["u1"]) == {"u1": {"1": "fourth", "2": "second"}}


def test_rows_and_groups_are_removed_and_can_be_written_again(store):
    store.write([(group, key, group + key) for group in ("u1", "u2") for key in "123"], "v1")
    store.delete("u1", ["1", "3", "9"], "v1")
    store.clear("u2", "v1")
    assert read(store, ["u1", "u2"]) == {"u1": {"2": "u12"}, "u2": {}}
    assert (store.count("v1"), all_rows(store)) == (1, [("u1", "2", "u12")])
    store.delete("u1", ["2"], "v1")
    assert store.count("v1") == 0
    assert not store.exists("v1")
    store.write([("u2", "1", "again")], "v1")
    assert store.exists("v1")
    assert all_rows(store) == [("u2", "1", "again")]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_a_version_a_group_and_a_key_and_no_more(store, name):
    for version in (name, f"{name}:{name}", "v1"):
        store.write([(group, key, f"{version} {group} {key}") for group in NAMES for key in NAMES], version)
    assert read(store, NAMES, name) == {group: {key: f"{name} {group} {key}" for key in NAMES} for group in NAMES}
    store.clear(name, name)
    assert store.count(name) == len(NAMES) - 1
    assert sorted({group for group, _, _ in store.rows(name)}) == sorted(set(NAMES) - {name})
    assert store.count("v1") == store.count(f"{name}:{name}") == len(NAMES)


def test_all_rows_come_out_a_group_at_a_time(store, monkeypatch):
    monkeypatch.setattr("towhee_recsys.stores.keyed.sqlite_groups.READ_AT_ONCE", 7)
    rows = [(f"u{group:02d}", f"{key:02d}", f"{group} {key}") for group in range(20) for key in range(5)]
    rows.insert(0, ("", "", "of no name"))
    store.write(rows[::-1], "v1")
    assert sorted(all_rows(store)) == rows
    groups = [group for group, _, _ in store.rows("v1")]
    assert [each for each, before in zip(groups, [None, *groups], strict=False) if each != before] == sorted(
        set(groups), key=groups.index
    )


def test_thousands_of_groups_at_once(store):
    store.write(((f"u{group}", "1", str(group)) for group in range(3000)), "v1")
    found = read(store, [f"u{group}" for group in range(3001)])
    assert found == {f"u{group}": {"1": str(group)} for group in range(3000)} | {"u3000": {}}


def test_a_table_with_groups_and_the_other_tables_do_not_see_each_other(store, url):
    facts = open_keyed(url, "facts", "catalogue")
    facts.write([("1", "facts")], "v1")
    assert store.count("v1") == 0
    store.write([("1", "1", "feedback")], "v1")
    facts.drop("v1")
    assert read(store, ["1"]) == {"1": {"1": "feedback"}}
    assert open_groups(url, "feedback", "feedback") is store


WRITER = """
import sys
from towhee_recsys.stores.keyed import open_groups
url, name = sys.argv[1:]
store = open_groups(url, "feedback", "feedback")
for number in range(100):
    store.write([("u1", f"{name} {number}", name), ("u1", "shared", name)], "v1")
"""


def test_processes_that_write_to_one_group_lose_nothing(store, url):
    """Nothing is read before it is written."""
    names = ["a", "b", "c"]
    with ThreadPoolExecutor(3) as pool:
        commands = [[sys.executable, "-c", WRITER, url, name] for name in names]
        for done in pool.map(lambda command: subprocess.run(command, capture_output=True, text=True), commands):
            assert done.returncode == 0, done.stderr
    [texts] = read(store, ["u1"]).values()
    assert texts.pop("shared") in names
    assert texts == {f"{name} {number}": name for name in names for number in range(100)}


def test_the_state_changes_with_every_write_where_it_is_known(store, url):
    changes = [
        lambda: store.write([("u1", "1", "one")], "v1"),
        lambda: store.delete("u1", ["1"], "v1"),
        lambda: store.clear("u1", "v1"),
    ]
    for change in changes:
        before = store.state()
        assert store.state() == before
        change()
        assert before is None or store.state() != before
    before = store.state()
    subprocess.run([sys.executable, "-c", WRITER, url, "theirs"], check=True)
    assert before is None or store.state() != before


KILLED = """
import sys
from itertools import count
from towhee_recsys.stores.keyed import open_groups
store = open_groups(sys.argv[1], "feedback", "feedback")
for number in count():
    store.write([("u1", str(number), "acknowledged")], "v1")
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_has_lost_nothing_that_was_acknowledged(store, url):
    with subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        for _ in range(50):
            last = int(writer.stdout.readline())
        writer.kill()
        last = max(last, *(int(line) for line in writer.stdout if line.endswith("\n")), 0)
    [texts] = read(store, ["u1"]).values()
    assert {str(number) for number in range(last + 1)} <= texts.keys()
