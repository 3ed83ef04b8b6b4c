"""Requests on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def recommended(run: Any, *arguments: str) -> Any:
    ran = run("recommend", *arguments, "--json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def ids(items: Any) -> list[int]:
    return [item["movie_id"] for item in items]


def test_options_make_a_request(run: Any, on_sample: list[str]) -> None:
    first = ids(recommended(run, *on_sample, "-g", "F")["recommendations"])
    answer = recommended(run, *on_sample, "-g", "F", "--offset", "2", "-k", "3", "--exclude", str(first[2]))
    assert answer["user"] == {"gender": "F"}
    assert ids(answer["recommendations"]) == first[3:6]
    assert [item["rank"] for item in answer["recommendations"]] == [3, 4, 5]
    only = recommended(run, *on_sample, "-g", "F", "--only", f"{first[5]},{first[1]}")
    assert ids(only["recommendations"]) == [first[1], first[5]]
    diverse = recommended(run, *on_sample, "-g", "F", "--diversity", "0.9")
    assert ids(diverse["recommendations"]) != first


def test_items_may_be_given_by_title(run: Any, on_sample: list[str]) -> None:
    [liked] = json.loads(run("similar", *on_sample, "5001", "-k", "1", "--json").out)["similar"]
    by_title = recommended(run, *on_sample, "--liked", liked["title"], "--disliked", "5001")
    assert by_title["user"] == {"liked": [liked["title"]], "disliked": [5001]}
    by_id = recommended(run, *on_sample, "--liked", str(liked["movie_id"]), "--disliked", "5001")
    assert by_title["recommendations"] == by_id["recommendations"]
    similar = json.loads(run("similar", *on_sample, liked["title"], "--json").out)
    assert similar["movie_id"] == liked["movie_id"]


def test_similar_to_several(run: Any, on_sample: list[str]) -> None:
    answer = json.loads(run("similar", *on_sample, "5001", "5003", "-k", "4", "--json").out)
    assert answer["items"] == [5001, 5003]
    assert len(answer["similar"]) == 4
    ran = run("similar", *on_sample, "5001", "5003")
    assert "Similar to items 5001, 5003" in ran.out


def test_whole_requests(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    request = {"user": {"gender": "F"}, "top_k": 2}
    one = recommended(run, *on_sample, "--request", json.dumps(request))
    assert one["user"] == {"gender": "F"}
    assert len(one["recommendations"]) == 2
    file = tmp_path / "requests.json"
    file.write_text(json.dumps([request, {"user_id": 10001}]))
    answers = recommended(run, *on_sample, "--request", str(file))["answers"]
    assert answers[0] == one
    assert [len(each["recommendations"]) for each in answers] == [2, 10]
    ran = run("recommend", *on_sample, "--request", str(file))
    assert "For gender F" in ran.out
    assert "For user_id 10001" in ran.out


def test_an_empty_answer_says_how_many_items_each_part_of_a_filter_leaves(run: Any, on_sample: list[str]) -> None:
    ran = run("recommend", *on_sample, "--only", "9999", "--json")
    assert ran.code == 0
    answer = json.loads(ran.out)
    assert (answer["recommendations"], answer["filter_counts"]) == ([], [{"only": 1, "items": 0}])
    assert "only 1 ids leaves 0 items" in ran.err


def test_only_sure_items(run: Any, on_sample: list[str]) -> None:
    items = recommended(run, *on_sample, "-g", "F", "-k", "400")["recommendations"]
    most = sorted(item["predicted_rating_std"] for item in items)[100]
    found = recommended(run, *on_sample, "-g", "F", "-k", "400", "--max-std", str(most + 1e-9))["recommendations"]
    assert ids(found) == [item["movie_id"] for item in items if item["predicted_rating_std"] <= most]
    ran = run("recommend", *on_sample, "-g", "F", "-k", "1")
    assert ran.out.splitlines()[2].split()[-2:] == ["Stars", "±"]
    assert ran.out.splitlines()[3].split()[-1] == f"{items[0]['predicted_rating_std']:.1f}"
    refused = run("recommend", *on_sample, "-g", "F", "--max-std", "0")
    assert refused.code == 2
    assert "max_std: given 0.0, accepted: a number above 0" in refused.err
    nothing = run("recommend", *on_sample, "-g", "F", "--max-std", "0.01", "--json")
    assert json.loads(nothing.out)["filter_counts"] == [{"max_std": 0.01, "items": 0}]


@pytest.mark.parametrize("text", ["[1", "{'user': {}}", "[NaN]"])
def test_what_is_not_json_is_invalid_usage(run: Any, on_sample: list[str], text: str) -> None:
    ran = run("recommend", *on_sample, "--request", text)
    assert ran.code == 2
    assert "--request: not JSON" in ran.err


def test_many_users_get_their_recommendations_in_a_file(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    ran = run("recommend", *on_sample, "--users", "all", "-o", str(file), "-k", "3", "--exclude", "5001", "--json")
    assert ran.code == 0, ran.err
    answer = json.loads(ran.out)
    assert {"users": answer["users"], "rows": answer["rows"]} == {"users": 600, "rows": 1800}
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    alone = recommended(run, *on_sample, "-u", str(rows[0]["user_id"]), "-k", "3", "--exclude", "5001")
    assert ids(rows[:3]) == ids(alone["recommendations"])
    assert (
        "600 users got 1,800 recommendations"
        in run("recommend", *on_sample, "--users", "all", "-k", "3", "-o", str(file)).out
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["-o", "answers.csv"], "--output needs --users"),
        (["--engine", "ray"], "--engine needs --users"),
        (["--users", "all"], "-o FILE"),
        (["--users", "all", "-o", "answers.csv", "-u", "10001"], "10001"),
        (["--users", "all", "-o", "answers.csv", "--request", "[]"], "--request"),
    ],
)
def test_options_of_many_users_go_together(run: Any, on_sample: list[str], arguments: list[str], named: str) -> None:
    ran = run("recommend", *on_sample, *arguments)
    assert ran.code == 2
    assert named in ran.err
