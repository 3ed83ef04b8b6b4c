"""Last.fm and Amazon's reviews, by invented rows in exactly their formats."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.data.formats.conftest import rows_of
from towhee_recsys.config import load_config
from towhee_recsys.data import read_dataset, records
from towhee_recsys.errors import DatasetError

A, B = "00000c289a1829a808ac09c00daf10bc3c4e223b", "00001411dc427966b17297bf4d69e7e193135d89"


def test_lastfm_360k(format_of, must_say):
    made = format_of("lastfm-360k")
    made.write("usersha1-profile.tsv", f"{A}\tf\t22\tGermany\tFeb 1, 2007", f"{B}\t\t\tCanada\tDec 4, 2007")
    plays = [f'{A}\t3bd73256-3905\t"weird" band\t2137', f"{A}\t\tno mbid\t1099", f"{B}\tf2fb0ff0\tdie Ärzte\t0"]
    made.write("usersha1-artmbid-artname-plays.tsv", *plays, f"{B}\t\tno mbid\t5")
    dataset = made.read()
    assert records(dataset.users)[0] == {
        "user": A, "gender": "f", "age": 22, "country": "Germany", "signup": "Feb 1, 2007"
    }  # fmt: skip
    assert rows_of(dataset) == [(A, '"weird" band', 2137.0, 0), (A, "no mbid", 1099.0, 0), (B, "no mbid", 5.0, 0)]
    assert dataset.schema.feedback.scale is None
    made.write("usersha1-artmbid-artname-plays.tsv", plays[0], f"sep 20, 2008\t\t\t{plays[1]}")
    with pytest.raises(DatasetError) as caught:
        made.read()
    must_say(str(caught.value), "usersha1-artmbid-artname-plays.tsv:2", "given 7", "accepted: 4")


def test_lastfm_1k(format_of, must_say):
    made = format_of("lastfm-1k")
    made.write(
        "userid-profile.tsv",
        "#id\tgender\tage\tcountry\tregistered",
        "user_000001\tm\t\tJapan\tAug 13, 2006",
        "user_000002\tf\t30\tPeru\tFeb 24, 2006",
    )
    play = "user_000001\t2009-05-04T23:08:57Z\tf1b1cf71-bd35\tDeep Dish\t\tFuck Me Im Famous"
    made.write(
        "userid-timestamp-artid-artname-traid-traname.tsv",
        play,
        "user_000001\t2009-05-04T13:54:10Z\t\tDeep Dish\t\tComposition 0919",
        'user_000002\t2009-05-04T13:52:04Z\ta7f7df4a\t"坂本"\t4bbb\tx',
    )
    dataset = made.read()
    assert records(dataset.users)[1]["age"] == 30
    assert rows_of(dataset) == [
        ("user_000001", "Deep Dish", 2.0, 1241478537),
        ("user_000002", '"坂本"', 1.0, 1241445124),
    ]
    made.write("userid-timestamp-artid-artname-traid-traname.tsv", play, play.replace("2009-05-04T", "yesterday "))
    with pytest.raises(DatasetError) as caught:
        made.read()
    must_say(str(caught.value), "traname.tsv:2: timestamp", "yesterday", "ISO 8601")


def lines(*records_):
    return "".join(f"{json.dumps(each)}\n" for each in records_)


REVIEWS_2018 = [
    {"overall": 5.0, "verified": True, "reviewTime": "10 17, 2015", "reviewerID": "A1", "asin": "0700026657",
     "style": {"Format:": " CD"}, "reviewerName": "x", "reviewText": "a\nb", "unixReviewTime": 1445040000},
    {"overall": 2.0, "reviewerID": "A2", "asin": "B01", "unixReviewTime": 1445040001, "vote": "3"},
]  # fmt: skip
META_2018 = [
    {"category": ["Video Games", "PC"], "description": ["x"], "title": "Anno", "brand": "Blue", "asin": "0700026657",
     "also_buy": ["B01"], "price": "$3.99", "details": {"a": "b"}, "imageURL": []},
    {"category": [], "title": "Pad", "asin": "B01", "description": []},
]  # fmt: skip


@pytest.mark.parametrize("format_", ["amazon-2014", "amazon-2018"])
def test_amazon_2014_and_2018(format_of, tmp_path, format_):
    made = format_of(format_)
    (tmp_path / "Video_Games_5.json.gz").write_bytes(gzip.compress(lines(*REVIEWS_2018).encode()))
    made.write("meta_Video_Games.json", *map(json.dumps, META_2018))
    items = {"items": {"path": "meta_Video_Games.json"}} if format_ == "amazon-2018" else {}
    dataset = made.read(interactions={"path": "Video_Games_5.json.gz"}, **items)
    assert rows_of(dataset) == [("A1", "0700026657", 5.0, 1445040000), ("A2", "B01", 2.0, 1445040001)]
    if items:
        assert records(dataset.items) == [
            {"category": ["Video Games", "PC"], "title": "Anno", "brand": "Blue", "asin": "0700026657"},
            {"category": [], "title": "Pad", "brand": None, "asin": "B01"},
        ]


def test_amazon_2023(format_of, must_say):
    made = format_of("amazon-2023")
    review = {"rating": 4.0, "title": "t", "text": "x", "images": [{"small": "u"}], "asin": "B0C1", "user_id": "AE"}
    review |= {"parent_asin": "B0P", "timestamp": 1588687728923, "helpful_vote": 0, "verified_purchase": True}
    meta = {"main_category": "All Beauty", "title": "Oil", "average_rating": 4.8, "features": [], "price": None}
    meta |= {"images": [{"thumb": "u", "hi_res": None}], "videos": [], "store": "H&S", "categories": ["Hair", "Oil"]}
    meta |= {"details": {"Brand": "H"}, "parent_asin": "B0P", "bought_together": None}
    made.write("All_Beauty.jsonl", json.dumps(review))
    made.write("meta_All_Beauty.jsonl", json.dumps(meta))
    declared = made.declared(interactions={"path": "All_Beauty.jsonl"}, items={"path": "meta_All_Beauty.jsonl"})
    dataset = read_dataset(declared)
    assert rows_of(dataset) == [("AE", "B0P", 4.0, 1588687728)]
    made.write("twice.jsonl", json.dumps(review | {"timestamp": 1588687729000, "rating": 2.0}), json.dumps(review))
    twice = made.read(interactions={"path": "twice.jsonl"}, items={"path": "meta_All_Beauty.jsonl"})
    assert rows_of(twice) == [("AE", "B0P", 2.0, 1588687729)], "the last one by time"
    assert records(dataset.items) == [
        {"main_category": "All Beauty", "title": "Oil", "store": "H&S", "categories": ["Hair", "Oil"],
         "parent_asin": "B0P"}
    ]  # fmt: skip
    made.write("All_Beauty.jsonl", json.dumps(review), "{'rating': 4.0}")
    with pytest.raises(DatasetError) as caught:
        read_dataset(declared)
    must_say(str(caught.value), "All_Beauty.jsonl:2", "JSON object")


@pytest.mark.parametrize("format_", ["amazon-2014", "amazon-2018", "amazon-2023"])
def test_amazon_without_paths(must_say, format_):
    with pytest.raises(DatasetError) as caught:
        read_dataset(load_config(dataset={"format": format_}).dataset)
    must_say(str(caught.value), "dataset.interactions.path", "missing")
