"""Interactions by events, counts and times."""

from __future__ import annotations

import json

import pytest

from tests.data.table.conftest import EVENTS, EXPLICIT, IMPLICIT
from towhee_recsys.data import (
    interactions_frame,
    read_dataset,
    records,
)
from towhee_recsys.data.sources.table.interactions import read_interactions
from towhee_recsys.errors import DatasetError


def test_events_are_added_up_and_those_of_no_weight_left_out(tables):
    declared = tables.declared(interactions={"path": tables.write("e.csv", EVENTS), **IMPLICIT})
    dataset = read_dataset(declared)
    assert records(interactions_frame(dataset)) == [
        {"user": "c1", "item": "A1", "value": 1.5, "time": 300},
        {"user": "c2", "item": "A3", "value": 0.5, "time": 50},
    ]
    assert dataset.item_ids.tolist() == ["A1", "A3"], "an item with no other weight than 0 is left out"
    assert dataset.schema.feedback.scale is None


def test_a_count_too_small_for_a_weight_is_left_out(tables):
    text = "customer,sku,n\nc1,A,1e-50\nc1,B,2\n"
    section = {"user": "customer", "item": "sku", "count": "n"}
    declared = tables.declared(interactions={"path": tables.write("e.csv", text), **section})
    assert read_dataset(declared).interactions.values.tolist() == [2.0]


def test_types_of_events_can_be_numbers(tables):
    section = {"user": "customer", "item": "sku", "event": "what", "weights": {1: 0.5, 2: 3}}
    text = "customer,sku,what\nc1,A,1\nc1,B,2\n"
    declared = tables.declared(interactions={"path": tables.write("e.csv", text), **section})
    assert read_dataset(declared).interactions.values.tolist() == [0.5, 3.0]


@pytest.mark.parametrize("part", [1, 1000])
def test_a_number_is_one_type_of_event_however_it_is_written(tables, part):
    lines = [{"customer": 1, "sku": sku, "what": what} for sku, what in enumerate([1, 1.0, 2.5])]
    section = {"user": "customer", "item": "sku", "event": "what", "weights": {1: 0.5, "2.5": 3}}
    path = tables.write("e.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines))
    found = read_interactions(tables.declared(interactions={"path": path, **section}), None, None, part)
    assert found.interactions.values.tolist() == [0.5, 0.5, 3.0]


def test_interactions_that_only_are_there_count_one_each(tables):
    declared = tables.declared(
        interactions={"path": tables.write("e.csv", EVENTS), "user": "customer", "item": "sku", "time": "at"}
    )
    assert read_dataset(declared).interactions.values.tolist() == [3.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("978300760", 978300760),
        ("978300760.9", 978300760),
        ("-1.5", -2),
        ("2001-01-01", 978307200),
        ("2001-01-01T01:02", 978310920),
        ("2001-01-01 01:02:03", 978310923),
        ("2001-01-01T01:02:03.999Z", 978310923),
        ("2001-01-01T01:02:03+01:00", 978307323),
        ("1700-01-01", -8520336000),
        ("1066-10-14T09:00:00+0100", -28502726400),
        ("9999-12-31T00:00:00.5Z", 253402214400),
    ],
)
def test_times(tables, cell, seconds):
    dataset = tables.read(f"customer,sku,stars,at\nc1,A1,5,{cell}\nc1,A2,5,0\n")
    assert dataset.interactions.times.tolist() == [seconds, 0]


@pytest.mark.parametrize(
    ("unit", "cell", "seconds"),
    [
        ("ms", "1588687728923", 1588687728),
        ("us", "1588687728923000", 1588687728),
        ("ns", "1588687728923000000", 1588687728),
        ("ms", "-1500", -2),
        ("ms", "2001-01-01T01:02:03Z", 978310923),
    ],
)
def test_units_of_times_that_are_numbers(tables, unit, cell, seconds):
    text = f"customer,sku,stars,at\nc1,A1,5,{cell}\n"
    declared = tables.declared(interactions={"path": tables.write("r.csv", text), **EXPLICIT, "time_unit": unit})
    assert read_dataset(declared).interactions.times.tolist() == [seconds]


def test_a_time_that_is_out_of_its_unit(tables, must_say):
    text = "customer,sku,stars,at\nc1,A1,5,1588687728923000000\n"
    declared = tables.declared(interactions={"path": tables.write("r.csv", text), **EXPLICIT, "time_unit": "ms"})
    with pytest.raises(DatasetError) as caught:
        read_dataset(declared)
    must_say(str(caught.value), "r.csv:2", "at", "1588687728923000000", "milliseconds since 1970")
