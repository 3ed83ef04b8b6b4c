"""What every keyed store does: rows by version and key, versions that are read whole and dropped in one step."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from towhee_recsys.stores.keyed import open_keyed

NAMES = [
    "'; DROP TABLE towhee_recsys_facts; --",
    "*",
    "a\r\nFLUSHALL\r\n",
    "%s %(x)s {} ?",
    "a b ",
    "a b",
    "A B",
    "é🎬",
    "e\u0301",
    "é",
    "\0",
    "{}",
]


@pytest.fixture
def store(url):
    return open_keyed(url, "facts", "catalogue")


def read(store, keys, version):
    """The texts of `keys`, as texts."""
    found = store.read(list(keys), version)
    return {key: text.decode() if isinstance(text, bytes) else text for key, text in found.items()}


def rows(keys, version="v1"):
    return [(str(key), f"{version} of {key}") for key in keys]


def test_texts_come_back_by_version_and_key(store):
    store.write([("1", "one"), ("2", "é🎬 '\"\\%s\0"), ("", "of the empty key")], "v1")
    store.write([("1", "another one")], "v2")
    assert read(store, ["2", "1", "", "3"], "v1") == {"1": "one", "2": "é🎬 '\"\\%s\0", "": "of the empty key"}
    assert read(store, ["1", "2"], "v2") == {"1": "another one"}
    assert (store.count("v1"), store.count("v2")) == (3, 1)


def test_nothing_is_read_of_no_keys_and_of_no_version(store):
    assert store.read([], "v1") == store.read(["1"], "v1") == {}
    store.delete([], "v1")
    store.delete(["1"], "v1")
    store.drop("v1")
    store.write([], "v1")
    assert (store.count("v1"), store.versions()) == (0, [])


def test_later_rows_replace_older_ones_within_one_writing_and_across(store):
    for _ in range(3):
        store.write(rows(range(5)), "v1")
    store.write([("1", "first"), ("2", "second"), ("1", "third")], "v1")
    assert read(store, "123", "v1") == {"1": "third", "2": "second", "3": "v1 of 3"}
    assert store.count("v1") == 5


def test_a_version_grows_piece_by_piece_and_loses_rows(store):
    for start in range(0, 30, 10):
        store.write(rows(range(start, start + 10)), "v1")
    store.write(rows(range(30)), "v2")
    store.delete(["3", "17", "99"], "v1")
    assert (store.count("v1"), store.count("v2")) == (28, 30)
    assert read(store, ["3", "4"], "v1") == {"4": "v1 of 4"}
    store.delete([str(key) for key in range(30)], "v1")
    assert store.versions() == ["v2"]


def test_versions_are_listed_and_dropped_one_by_one(store):
    for version in ("items__b", "items__a", "others__a", "a"):
        store.write(rows(range(3), version), version)
    assert store.versions() == ["a", "items__a", "items__b", "others__a"]
    store.drop("items__a")
    assert (store.versions(), store.count("items__a")) == (["a", "items__b", "others__a"], 0)
    assert read(store, "012", "items__b") == dict(rows(range(3), "items__b"))


def test_tables_of_one_store_do_not_see_each_other(store, url):
    other = open_keyed(url, "history", "history")
    store.write([("1", "facts")], "v1")
    assert (other.versions(), other.read(["1"], "v1")) == ([], {})
    other.write([("1", "history")], "v1")
    store.drop("v1")
    assert read(other, "1", "v1") == {"1": "history"}
    assert (store.versions(), other.versions()) == ([], ["v1"])


def test_a_store_is_opened_once_for_each_table(store, url):
    assert open_keyed(url, "facts", "catalogue") is store
    assert open_keyed(url, "history", "history") is not store


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_a_version_and_a_key_and_no_more(store, name):
    for version in NAMES:
        store.write([(key, f"{version} {key}") for key in NAMES], version)
    assert read(store, NAMES, name) == {key: f"{name} {key}" for key in NAMES}
    store.drop(name)
    assert store.versions() == sorted(set(NAMES) - {name})
    assert {version: store.count(version) for version in NAMES} == {
        version: 0 if version == name else len(NAMES) for version in NAMES
    }


def test_all_rows_come_once_and_no_others(store):
    assert list(store.rows("v1")) == []
    store.write([("", "empty"), *((name, name) for name in NAMES)], "v1")
    store.write(rows(range(20_001)), "v2")  # more than two parts
    found = [(key, text.decode() if isinstance(text, bytes) else text) for key, text in store.rows("v1")]
    assert sorted(found) == sorted([("", "empty"), *((name, name) for name in NAMES)])
    assert sorted(key for key, _ in store.rows("v2")) == sorted(key for key, _ in rows(range(20_001)))


def test_rows_of_megabytes(store):
    texts = {str(key): f"{key}" * 5_000_000 for key in range(4)}
    store.write(texts.items(), "v1")
    assert read(store, texts, "v1") == texts


def test_ten_thousand_at_once(store):
    store.write(rows(range(10_000)), "v1")
    assert read(store, map(str, range(10_000)), "v1") == dict(rows(range(10_000)))


def test_a_read_sees_one_state_while_rows_are_replaced_and_versions_dropped(store):
    keys = [str(key) for key in range(300)]
    store.write(rows(keys, "0"), "v1")
    done, seen = Event(), []

    def reading():
        while not done.is_set():
            seen.append({text.partition(" ")[0] for text in read(store, keys, "v1").values()})

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(reading) for _ in range(3)]
        try:
            for number in range(1, 10):
                store.write(rows(keys, str(number)), "v1")
                if number % 3 == 0:
                    store.drop("v1")
        finally:
            done.set()
        for each in readers:
            each.result()
    assert len(seen) > 3
    assert all(len(each) <= 1 for each in seen)  # of one writing, or of a dropped version


def test_another_process_reads_it(store, url):
    store.write(rows(range(3)), "v1")
    code = "import sys; from towhee_recsys.stores.keyed import open_keyed"
    code += "; store = open_keyed(sys.argv[1], 'facts', 'catalogue'); print(store.versions(), store.count('v1'))"
    other = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    assert other.stdout == "['v1'] 3\n"


def test_the_state_changes_with_every_write_where_it_is_known(store, url):
    changes = [lambda: store.write(rows([1]), "v1"), lambda: store.delete(["1"], "v1"), lambda: store.drop("v1")]
    for change in changes:
        before = store.state()
        assert store.state() == before
        change()
        assert before is None or store.state() != before
    code = "import sys; from towhee_recsys.stores.keyed import open_keyed"
    code += "; open_keyed(sys.argv[1], 'facts', 'catalogue').write([('9', 'theirs')], 'v1')"
    before = store.state()
    subprocess.run([sys.executable, "-c", code, url], check=True)
    assert before is None or store.state() != before
