"""Each route: what it answers, and which errors."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.service.answers import error
from towhee_recsys.pipelines import recommend_pipeline

ITEM = 5001


@pytest.mark.parametrize(
    "request_",
    [
        {"user": {"user_id": 10001}},
        {"user": {"gender": "F", "age": 25}, "top_k": 3, "offset": 2},
        {"user": {}, "top_k": 4},
        {"user": {"liked": [5001, 5002]}, "exclude": [5003], "diversity": 0.5},
        {"user": {"user_id": 10002}, "include_seen": True, "only": [5001, 5002, 5003]},
        {"user": {"user_id": 10003}, "max_std": 0.9},
    ],
)
def test_recommendations_are_those_of_the_pipeline(client, service_config, request_):
    answer = client.post("/recommend", json=request_).json()
    assert answer["recommendations"] == recommend_pipeline(service_config)(request_).get()[0]
    assert answer["build"].startswith("movies__" + answer["model_id"])


def test_a_list_of_requests_is_answered_in_its_order(client):
    requests = [{"user": {"user_id": 10001 + number}, "top_k": 1 + number} for number in range(5)]
    alone = [client.post("/recommend", json=each).json()["recommendations"] for each in requests]
    answer = client.post("/recommend", json=requests).json()
    assert [each["recommendations"] for each in answer["answers"]] == alone
    assert [len(each) for each in alone] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("body", "field", "accepted"),
    [
        (5, "body", "an object"),
        ({}, "body.user", "an object"),
        ({"user": 1}, "body.user", "an object"),
        ([], "body", "1 to 100"),
        ([{"user": {}}] * 101, "body", "serve.max_requests"),
        ([{"user": {}}, 3], "body.1", "an object"),
        ({"user": {}, "top_k": 0}, "top_k", "whole number"),
        ({"user": {}, "top_k": "5"}, "top_k", "whole number"),
        ({"user": {}, "diversity": 2}, "diversity", "0 to 1"),
        ({"user": {}, "offset": 990, "top_k": 20}, "offset", "requests.max_top_k"),
        ({"user": {}, "explain": "yes"}, "explain", "true or false"),
        ({"user": {}, "max_std": 0}, "max_std", "above 0"),
    ],
)
def test_a_request_that_is_not_acceptable_names_its_field(client, body, field, accepted):
    found = error(client.post("/recommend", json=body), 422)
    assert (found["type"], found["field"]) == ("QueryError", field)
    assert accepted in found["accepted"]
    assert field in found["message"]


@pytest.mark.parametrize(
    ("user", "field"),
    [
        ({"user_id": 1}, "user_id"),
        ({"gender": "X"}, "gender"),
        ({"genre": "F"}, "genre"),
        ({"age": True}, "age"),
        ({"feedback": [[5001, 1e300]]}, "feedback"),
    ],
)
def test_a_user_that_cannot_be(client, user, field):
    found = error(client.post("/recommend", json={"user": user}), 422)
    assert found["field"] == field
    assert field in found["message"]
    assert field != "genre" or "gender" in found["accepted"]


def test_a_filter_that_leaves_nothing_says_what_its_parts_leave(client):
    none = {"filter": {"year": {"gte": 1990, "lte": 1980}}, "only": [5001, 5002]}
    alone = client.post("/recommend", json={"user": {}, **none}).json()
    assert alone["recommendations"] == []
    counts = alone["filter_counts"]
    assert len(counts) == 3
    assert {"only": 2, "items": 2} in counts
    several = client.post("/recommend", json=[{"user": {}}, {"user": {}, **none}]).json()["answers"]
    assert "filter_counts" not in several[0]
    assert several[1] == {"recommendations": [], "filter_counts": counts}
    assert client.post(f"/similar/{ITEM}", json=none).json()["filter_counts"] == counts


def test_how_sure_predicted_ratings_are(client):
    items = client.post("/recommend", json={"user": {}, "top_k": 3}).json()["recommendations"]
    assert all(0 < item["predicted_rating_std"] < 4 for item in items)
    none = client.post("/recommend", json={"user": {}, "max_std": 0.01}).json()
    assert (none["recommendations"], none["filter_counts"]) == ([], [{"max_std": 0.01, "items": 0}])
    found = client.get(f"/why-not/10001/{ITEM}").json()
    assert 0 < found["predicted_rating_std"] < 4
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert "max_std" in schemas["RecommendBody"]["properties"]
    assert "max_std" not in schemas["SimilarBody"]["properties"]


def test_similar_items(client):
    by_get = client.get(f"/similar/{ITEM}", params={"top_k": 4}).json()
    by_post = client.post(f"/similar/{ITEM}", json={"top_k": 4}).json()
    assert by_get["recommendations"] == by_post["recommendations"]
    ids = [each["movie_id"] for each in by_get["recommendations"]]
    assert len(ids) == 4
    assert ITEM not in ids
    rest = client.get(f"/similar/{ITEM}", params={"top_k": 3, "offset": 1}).json()["recommendations"]
    assert [each["movie_id"] for each in rest] == ids[1:]
    several = client.post(f"/similar/{ITEM}", json={"items": [ids[0]], "exclude": [ids[1]]}).json()["recommendations"]
    assert not {ITEM, ids[0], ids[1]} & {each["movie_id"] for each in several}


@pytest.mark.parametrize(
    ("body", "field"), [([], "body"), ({"items": 5}, "items"), ({"top_k": -1}, "top_k"), ({"explain": True}, None)]
)
def test_a_policy_of_similar_items_that_is_not_acceptable(client, body, field):
    found = error(client.post(f"/similar/{ITEM}", json=body), 422)
    assert field is None or found["field"] == field


def test_parameters_of_a_query_are_checked(client):
    assert error(client.get(f"/similar/{ITEM}?top_k=x"), 422)["field"] == "top_k"
    wrong = error(client.get("/items?limit=0"), 422)
    assert (wrong["field"], wrong["accepted"]) == ("limit", "a whole number from 1")


@pytest.mark.parametrize(
    "path", ["/items/1", "/items/x", "/similar/1", "/similar/x", "/users/1", "/nowhere", "/docs/x"]
)
def test_what_is_not_there(client, path):
    assert error(client.get(path), 404)["type"] == "NotFoundError"


def test_ids_with_slashes(client):
    user = "shop/10301?a=b"
    client.post("/feedback", json={"user_id": user, "movie_id": ITEM, "rating": 5})
    path = quote(user, safe="")
    assert client.get(f"/users/{path}").json()["user"] == {"user_id": user}
    assert client.get(f"/why-not/{path}/{ITEM}").json()["kept_out_by"][0]["rule"] == "feedback"
    assert client.delete(f"/users/{path}").json()["forgotten"] == user
    for before in ("/items/", "/similar/", "/why-not/10201/"):
        assert "'a/b'" in error(client.get(before + "a%2Fb"), 404)["message"]


def test_a_method_that_a_path_does_not_have(client):
    answer = client.get("/recommend")
    assert error(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_items(client):
    item = client.get(f"/items/{ITEM}").json()["item"]
    assert item["movie_id"] == ITEM
    found = client.get("/items", params={"query": item["title"], "limit": 3}).json()["items"]
    assert item in found
    assert len(found) <= 3


def test_why_an_item_is_not_recommended(client):
    first = client.post("/recommend", json={"user": {"user_id": 10201}}).json()["recommendations"][0]["movie_id"]
    assert client.get(f"/why-not/10201/{first}").json()["recommended"]
    about = client.get("/users/10201").json()
    found = client.get(f"/why-not/10201/{about['history'][0]['movie_id']}").json()
    assert not found["recommended"]
    assert "seen" in [each["rule"] for each in found["kept_out_by"]]
    assert found["item"] == about["history"][0]
    assert 1 <= found["rank"] <= found["items"]
    for path in ("/why-not/1/5001", "/why-not/10201/1", "/why-not/10201/no such title", "/why-not/%00/5001"):
        error(client.get(path), 404)


def test_feedback_leaves_an_item_out_from_the_next_request_on(client):
    request = {"user": {"user_id": 10101}, "top_k": 5}
    before = client.post("/recommend", json=request).json()["recommendations"]
    event = {"user_id": 10101, "movie_id": before[0]["movie_id"], "rating": 1}
    for _ in range(2):  # the same event again is the same
        assert client.post("/feedback", json=event).json()["accepted"] == 1
    after = client.post("/recommend", json=request).json()["recommendations"]
    assert before[0]["movie_id"] not in [each["movie_id"] for each in after]
    about = client.get("/users/10101").json()
    assert [(each["movie_id"], each["rating"]) for each in about["feedback"]] == [(event["movie_id"], 1)]
    assert about["known_to_model"]
    assert about["seen"] >= len(about["history"]) > 0


def test_a_new_user_is_forgotten_again(client):
    events = [{"user_id": 777, "movie_id": each, "rating": 5} for each in (5001, 5002)]
    assert client.post("/feedback", json=events).json()["accepted"] == 2
    assert len(client.get("/users/777").json()["feedback"]) == 2
    assert client.delete("/users/777").json()["forgotten"] == 777
    error(client.get("/users/777"), 404)
    error(client.delete("/users/777"), 404)


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (5, "5"),
        ({}, "user_id"),
        ({"user_id": 1, "movie_id": 1, "rating": 5}, "movie_id"),
        ({"user_id": 1, "movie_id": 5001, "rating": 6}, "rating"),
        ({"user_id": 1, "movie_id": 5001, "rating": 5, "stars": 5}, "stars"),
    ],
)
def test_feedback_that_is_not_acceptable_is_not_recorded(client, event, named):
    good = {"user_id": 778, "movie_id": 5001, "rating": 5}
    found = error(client.post("/feedback", json=event), 422)
    assert named in found["message"]
    assert found.get("field", named) == named
    assert named in error(client.post("/feedback", json=[good, event]), 422)["message"]
    error(client.get("/users/778"), 404)


def test_feedback_without_room_is_refused_and_recommendations_go_on(client_of, tmp_path):
    client = client_of(feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}")
    good = {"user_id": 779, "movie_id": 5001, "rating": 5}
    assert client.post("/feedback", json=good).status_code == 200
    connection = client.app.state.recommender.feedback._store._file._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [{**good, "key": f"{number:0500}"} for number in range(100)]
    answer = client.post("/feedback", json=many)
    assert "the disk is full" in error(answer, 503)["message"]
    assert answer.headers["retry-after"] == "1"
    assert client.post("/recommend", json={"user": {"user_id": 779}}).status_code == 200
    assert len(client.get("/users/779").json()["feedback"]) == 1


def test_health(client):
    assert client.get("/livez").json()["alive"]
    ready = client.get("/readyz").json()
    assert ready["ready"]
    assert ready["build"] == client.post("/recommend", json={"user": {}}).json()["build"]


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz"])
def test_the_head_of_an_answer(client, path):
    assert client.head(path).status_code == 200


def test_metrics(client):
    client.post("/recommend", json={"user": {}})
    text = client.get("/metrics").text
    assert 'recsys_requests_total{route="/recommend",status="200"}' in text
    assert 'recsys_batch_size_count{pipeline="recommend"}' in text
    assert 'recsys_model{model_id="' in text


def test_the_api_is_documented_without_the_network(client):
    page = client.get("/docs")
    assert "://" not in page.text
    for file in ("swagger-ui-bundle.js", "swagger-ui.css", "docs.js"):
        assert f"docs/{file}" in page.text
        assert client.get(f"/docs/{file}").status_code == 200
    document = client.get("/openapi.json").json()
    assert {"/recommend", "/similar/{item_id}", "/feedback", "/users/{user_id}", "/readyz"} <= document["paths"].keys()
    user = document["components"]["schemas"]["User"]["properties"]
    assert {"user_id", "gender", "age", "occupation", "liked", "disliked"} <= user.keys()
    [filters, _] = document["components"]["schemas"]["RecommendBody"]["properties"]["filter"]["anyOf"]
    assert {"array", "string", "number"} <= {form.get("type") for form in filters["additionalProperties"]["anyOf"]}
    names = json.dumps(document).split('"#/components/schemas/')[1:]
    assert {each.split('"')[0] for each in names} <= document["components"]["schemas"].keys()
