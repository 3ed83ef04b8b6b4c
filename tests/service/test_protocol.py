"""What holds for every request: strict JSON, limits, tokens, ids, headers and log lines."""

from __future__ import annotations

import json
import logging
import math
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.answers import error
from towhee_recsys.errors import ConfigError
from towhee_recsys.service import serve
from towhee_recsys.service.access import is_loopback
from towhee_recsys.service.errors import BodyError
from towhee_recsys.service.json_body import parsed
from towhee_recsys.service.logs import JsonFormatter

TOKEN, OTHER = "the-first-token-of-two", "the-second-token-of-two"
JSON = {"content-type": "application/json"}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_json_is_read_as_it_was_written(value):
    assert parsed(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_refused(given):
    with suppress(BodyError):
        parsed(given)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ('{"user": {}} {}', "JSON"),
        ('{"user": NaN}', "NaN"),
        ("[-Infinity]", "-Infinity"),
        ("[1e400]", "1e400"),
        (f"[{2**63}]", str(2**63)),
        (f"[-{'9' * 5000}]", "64 bits"),
        ('{"user": {}, "user": {}}', "'user' stands twice"),
        ('{"user": {"age": 1, "age": 2}}', "'age' stands twice"),
        (r'{"user": "\ud800"}', "surrogate"),
        ("[" * 21 + "]" * 21, "20 deep"),
        ('{"a":' * 21 + "1" + "}" * 21, "20 deep"),
        ("[" * 30_000, "deep"),
    ],
)
def test_a_body_that_is_not_acceptable_json(client, text, named):
    found = error(client.post("/recommend", content=text, headers=JSON), 400)
    assert found["type"] == "BodyError"
    assert named in found["message"]


def test_a_body_that_is_not_utf_8(client):
    assert "UTF-8" in error(client.post("/recommend", content=b'{"user": "\xff"}', headers=JSON), 400)["message"]


def test_depth_and_numbers_up_to_the_limit():
    assert parsed(b"[" * 20 + b"]" * 20)
    assert parsed(f"[{2**63 - 1}, {-(2**63)}, 1e308]".encode()) == [2**63 - 1, -(2**63), 1e308]
    assert parsed(b'["[[[[[[[[[[[[[[[[[[[[[[[[[[[["]') == ["[" * 28]
    assert math.copysign(1, parsed(b"[-0.0]")[0]) == -1


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_another_content_type_which_other_sites_may_send(client, kind):
    answer = client.post("/recommend", content='{"user": {}}', headers={"content-type": kind})
    assert "application/json" in error(answer, 415)["message"]


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"]
)
def test_content_types_of_json(client, kind):
    assert client.post("/recommend", content='{"user": {}}', headers={"content-type": kind}).status_code == 200


def test_a_body_above_the_limit(client):
    body = json.dumps({"user": {}, "exclude": [1] * 40_000})
    assert "65,536" in error(client.post("/recommend", content=body, headers=JSON), 413)["message"]
    assert error(client.post("/feedback", content=body, headers=JSON), 413)
    chunks = (body[start : start + 1000].encode() for start in range(0, len(body), 1000))  # without a length
    assert error(client.post("/recommend", content=chunks, headers=JSON), 413)["type"] == "TooLargeError"


def test_the_limit_of_a_config(client_of):
    client = client_of(**{"serve.max_body": 1024, "serve.max_requests": 2})
    assert error(client.post("/recommend", content=b" " * 1025, headers=JSON), 413)
    assert error(client.post("/recommend", json=[{"user": {}}] * 3), 422)["field"] == "body"


def test_an_id_of_the_caller_s_is_kept_if_it_is_well_formed(client):
    assert client.get("/livez", headers={"x-request-id": "shop-42.a_b"}).json()["request_id"] == "shop-42.a_b"
    for bad in ("", "a b", "x" * 65, '"; DROP', b"\xc3\xa9"):
        answer = client.get("/livez", headers={"x-request-id": bad})
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])
        assert answer.headers["x-request-id"] == answer.json()["request_id"]


def test_log_lines_have_the_id_and_nothing_of_the_body(client, caplog):
    with caplog.at_level(logging.INFO, "towhee_recsys.service.access"):
        logging.getLogger("towhee_recsys").propagate = True
        client.post("/recommend", json={"user": {"user_id": 10001}}, headers={"x-request-id": "one"})
        client.get("/users/10002?secret=x", headers={"authorization": "Bearer xyz", "x-request-id": "two"})
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    first, second = (next(line for line in lines if line["request_id"] == mine) for mine in ("one", "two"))
    assert (first["method"], first["route"], first["status"]) == ("POST", "/recommend", 200)
    assert second["route"] == "/users/{user_id}"
    for hidden in ("10001", "10002", "secret", "xyz"):
        assert hidden not in json.dumps([first, second])


def test_headers_of_answers(client):
    for path in ("/", "/livez", "/nowhere", "/docs"):
        headers = client.get(path, headers={"origin": "http://elsewhere"}).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]
        assert not [name for name in headers if name.startswith("access-control-")]
    assert client.options(
        "/recommend", headers={"origin": "http://x", "access-control-request-method": "POST"}
    ).is_error


def test_another_host_without_a_token_is_refused(client):
    for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[::2]"):
        assert error(client.get("/items", headers={"host": host}), 403)["type"] == "ForbiddenError"
    for host in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert client.get("/items", headers={"host": host}).status_code == 200


def test_a_token_is_needed_where_there_is_one(client_of, monkeypatch):
    monkeypatch.setenv("RECSYS_TOKENS", f"{TOKEN} {OTHER}")
    client = client_of(**{"serve.tokens": "${env:RECSYS_TOKENS}"})
    for token in (TOKEN, OTHER):  # either, while one replaces the other
        headers = {"authorization": f"Bearer {token}", "host": "shop.example"}
        assert client.post("/recommend", json={"user": {}}, headers=headers).status_code == 200
    for wrong in ("", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN} {OTHER}"):
        for path in ("/items", "/metrics", "/users/1", "/nowhere"):
            answer = client.get(path, headers={"authorization": wrong})
            assert error(answer, 401)["type"] == "UnauthorizedError"
            assert answer.headers["www-authenticate"] == "Bearer"
    for path in ("/livez", "/readyz", "/docs", "/openapi.json", "/"):
        assert client.get(path).status_code == 200


def test_a_token_beyond_ascii(client_of):
    token = "zugang-für-alle-läden"
    client = client_of(**{"serve.tokens": token})
    assert client.get("/items/5001", headers={"authorization": f"Bearer {token}".encode()}).status_code == 200


@pytest.mark.parametrize("tokens", [None, TOKEN])
def test_where_the_stores_are_is_shown_to_this_machine_alone(client_of, tmp_path, caplog, tokens):
    client = client_of(**{"serve.tokens": tokens, "history": f"sqlite:///{tmp_path}/other.sqlite"})
    with caplog.at_level(logging.WARNING):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert (str(tmp_path) in answer.json()["why"]) is (tokens is None)
    assert (str(tmp_path) in caplog.text) is (tokens is not None)
    caplog.clear()
    asked = client.post("/recommend", json={"user": {"user_id": 10001}}, headers={"authorization": f"Bearer {TOKEN}"})
    assert (str(tmp_path) in error(asked, 503)["message"]) is (tokens is None)
    assert (str(tmp_path) in caplog.text) is (tokens is not None)


def test_administration_needs_a_token_in_any_case(client):
    assert "serve.tokens" in error(client.post("/admin/reload"), 403)["message"]


def test_tokens_are_shown_nowhere(service_config):
    config = service_config.model_copy(update={"serve": service_config.serve.model_copy(update={"tokens": TOKEN})})
    assert TOKEN not in repr(config)


def test_a_short_token_and_an_open_address_are_refused(service_config, client_of):
    with pytest.raises(ConfigError, match=r"serve\.tokens.*16 characters"):
        client_of(**{"serve.tokens": f"{TOKEN} short"})
    with pytest.raises(ConfigError, match=r"--host 0\.0\.0\.0.*serve\.tokens"):
        serve(service_config, host="0.0.0.0")
    with pytest.raises(ConfigError, match=r"--workers.*Milvus server"):
        serve(service_config, workers=2)


def test_loopback():
    assert all(map(is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "example.com", "", "10.0.0.1", "127.0.0.1.example.com")))
