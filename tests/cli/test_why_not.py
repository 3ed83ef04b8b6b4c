"""`why-not`, and the reasons that `recommend --explain` prints."""

from __future__ import annotations

import json
from typing import Any

import pytest


def test_it_shows_score_rank_and_rules(run: Any, on_sample: list[str]) -> None:
    listed = json.loads(run("recommend", *on_sample, "-u", "10042", "--json").out)["recommendations"]
    first, last = listed[0], listed[-1]
    ran = run(
        "why-not", *on_sample, "-u", "10042", str(last["movie_id"]), "-k", "3", "--exclude", str(last["movie_id"])
    )
    lines = ran.out.splitlines()
    assert ran.code == 0
    rating = f"predicted rating {last['predicted_rating']:.1f} ± {last['predicted_rating_std']:.1f}"
    assert lines[0] == f"{last['title']}: score {last['score']:.4f}, {rating}"
    assert lines[1].endswith(f"of 326 items, {last['rank']} of those that may be recommended")
    assert [line.split(":")[0] for line in lines[2:]] == ["- exclude", "- rank"]
    assert "It is recommended." in run("why-not", *on_sample, "-u", "10042", first["title"]).out


def test_json_has_the_user_and_the_rules(run: Any, on_sample: list[str]) -> None:
    found = json.loads(run("why-not", *on_sample, "-g", "F", "-l", "5001", "5001", "--json").out)
    assert found["user"] == {"gender": "F", "liked": [5001]}
    assert [*found][1:] == [
        *("item", "recommended", "score", "predicted_rating", "predicted_rating_std"),
        *("rank", "rank_of_allowed", "items", "kept_out_by"),
    ]
    assert found["kept_out_by"][0] == {"rule": "liked", "because": "it is among the user's `liked`"}


def test_an_item_that_is_not_there_is_refused(run: Any, on_sample: list[str]) -> None:
    ran = run("why-not", *on_sample, "-u", "10042", "999999")
    assert ran.code == 2
    assert "item: given 999999, accepted: an id, or the title of one item" in ran.err


def test_recommend_prints_reasons_below_the_table(run: Any, on_sample: list[str]) -> None:
    options = ("-u", "10042", "-k", "2", "--explain")
    lines = run("recommend", *on_sample, *options).out.splitlines()
    items = json.loads(run("recommend", *on_sample, *options, "--json").out)["recommendations"]
    for line, item in zip(lines[-2:], items, strict=True):
        assert line.startswith(f"{item['rank']}: ")
        assert line.split("; ")[-1] == f"other {item['reasons'][-1]['share']:+.3f}"
        assert sum(each["share"] for each in item["reasons"]) == pytest.approx(item["score"], abs=1e-5)
        assert {"everyone", "other"} <= {each["because"] for each in item["reasons"]}
