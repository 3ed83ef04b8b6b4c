"""Versions of a catalogue: each is read by its own name, and none in the place of another."""

from __future__ import annotations


def test_a_version_is_read_by_its_name_and_is_whole(catalogue, item, facts):
    catalogue.write([item(1, "old"), item(2, "old")], "items__old")
    catalogue.write([item(1, "new")], "items__new")
    assert catalogue.get([1, 2], "items__old") == [facts(1, "old"), facts(2, "old")]
    assert catalogue.get([1, 2], "items__new") == [facts(1, "new"), None]


def test_no_version_answers_for_one_that_is_gone(catalogue, item):
    for version in ("items__old", "items__new", "others__new"):
        catalogue.write([item(1, version)], version)
    catalogue.drop("items__old")
    assert catalogue.get([1], "items__old") == catalogue.get([1], "unknown__old") == [None]
    assert (catalogue.count("items__old"), catalogue.count("items__new")) == (0, 1)


def test_versions_are_listed_by_collection(catalogue, item):
    for version in ("items__b", "items__a", "items__x__a", "others__a", "a"):
        catalogue.write([item(key, version) for key in range(3)], version)
    assert catalogue.versions("items") == ["items__a", "items__b"]
    assert [catalogue.versions(name) for name in ("items__x", "others", "")] == [["items__x__a"], ["others__a"], ["a"]]
    assert catalogue.versions() == ["a", "items__a", "items__b", "items__x__a", "others__a"]
    assert catalogue.versions("none") == []


def test_items_are_removed_from_one_version(catalogue, item):
    for version in ("m__1", "m__2"):
        catalogue.write([item(key, version) for key in range(5)], version)
    catalogue.delete([1, 3, 99], "m__2")
    assert [facts is None for facts in catalogue.get(range(5), "m__2")] == [False, True, False, True, False]
    assert (catalogue.count("m__1"), catalogue.count("m__2")) == (5, 3)
