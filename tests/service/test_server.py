"""Services as processes of their own: under load, at their end, after a kill and while a store fails."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time

import pytest
from threadpoolctl import threadpool_info

from benchmarks.load import Connection
from tests.servers.process import BUSY
from tests.service.load import BODIES, loaded
from towhee_recsys.config import load_config
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.service.server import DRAIN, Server, serve


@pytest.mark.parametrize("keep", [True, False], ids=["kept connections", "new connections"])
def test_sigterm_under_load_drops_nothing(served, keep):
    service = served()
    load, code = loaded(service, 150, 4, lambda: (os.kill(service.pid, signal.SIGTERM), service.wait())[1], keep=keep)
    assert code == 0
    assert load.statuses["200"] > 100
    assert load.statuses.keys() <= {"200", "503", "ConnectionRefusedError"}  # 503 where other tests keep the cores busy


def test_requests_that_arrive_on_idle_connections_as_it_ends_are_answered(served):
    service = served()

    async def statuses():
        loop, address = asyncio.get_running_loop(), ("127.0.0.1", int(service.url.rpartition(":")[2]))
        connections = [(await loop.create_connection(Connection, *address))[1] for _ in range(20)]
        body = BODIES[0].encode()
        head = f"POST /recommend HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        request = head.encode() + b"Content-Type: application/json\r\n\r\n" + body
        assert {await each.request(request) for each in connections} == {200}
        os.kill(service.pid, signal.SIGTERM)
        await asyncio.sleep(DRAIN * 1.5)  # it accepts no connections any more
        os.kill(service.pid, signal.SIGSTOP)  # it reads nothing until it wants to close the connections
        answers = [asyncio.ensure_future(each.request(request)) for each in connections]
        await asyncio.sleep(DRAIN)
        os.kill(service.pid, signal.SIGCONT)
        return await asyncio.gather(*answers)

    assert set(asyncio.run(statuses())) == {200}
    assert service.wait() == 0


def test_it_is_not_ready_while_it_ends(served):
    service = served()
    os.kill(service.pid, signal.SIGTERM)
    time.sleep(0.2)
    status, answer = service.send("/readyz")
    assert (status, answer["ready"]) == (503, False)
    assert service.wait() == 0


def test_overload_is_answered_at_once_and_passes(served):
    service = served(**{"serve.queue": 4, "serve.batch": 1, "serve.deadline": 1})
    many = [json.dumps([json.loads(body) for body in BODIES])]
    load, _ = loaded(service, 60, 3, bodies=many)
    assert load.statuses["503"] > 0
    assert load.statuses.keys() <= {"200", "503"}
    began = time.monotonic()
    while service.send("/recommend", {"user": {}})[0] != 200:
        assert time.monotonic() - began < 5 + BUSY
    assert service.send("/livez")[0] == 200


def test_an_address_that_is_taken(served, capfd):
    from towhee_recsys.cli import commands
    from towhee_recsys.cli.errors import exit_code_of

    service = served()
    port = service.url.rpartition(":")[2]
    assert exit_code_of(commands, ["serve", "-c", str(service.log.parent / "config.yaml"), "--port", port]) == 1
    message = capfd.readouterr().err
    assert f"127.0.0.1:{port}" in message
    assert "--port" in message


def test_no_acknowledged_feedback_is_lost_by_a_kill(served, tmp_path):
    service = served()
    acknowledged = []

    def send(writer):
        number = 0
        while True:
            event = {"user_id": 5000 + writer, "movie_id": 5001 + number % 300, "rating": 1 + number % 5}
            try:
                status, _ = service.send("/feedback", event)
            except OSError:
                return
            if status == 200:
                acknowledged.append((event["user_id"], event["movie_id"], event["rating"]))
            number += 1

    writers = [threading.Thread(target=send, args=(writer,)) for writer in range(8)]
    for writer in writers:
        writer.start()
    time.sleep(2)
    service.kill()
    for writer in writers:
        writer.join()
    assert len(acknowledged) > 50
    config = load_config(str(service.log.parent / "config.yaml"))
    users = sorted({user for user, _, _ in acknowledged})
    [_, events] = feedback_of(config).read(users)
    kept = {(event.user, event.item, event.value) for each in events for event in each}
    last = {(user, item): rating for user, item, rating in acknowledged}
    assert {(user, item, rating) for (user, item), rating in last.items()} <= kept


def test_a_store_that_freezes_or_stops_is_answered_503_and_comes_back(served, redis_server):
    service = served(**{"catalogue": redis_server.url("?timeout=2"), "serve.deadline": 1})
    request = {"user": {"user_id": 10001}}
    assert service.send("/recommend", request)[0] == 200
    for end, begin in [(redis_server.freeze, redis_server.thaw), (redis_server.stop, redis_server.start)]:
        end()
        try:
            began = time.monotonic()
            for path, body in [("/recommend", request), ("/items/5001", None), ("/users/10001", None)]:
                status, answer = service.send(path, body)
                assert (status, answer["error"]["type"]) in [(503, "DeadlineError"), (503, "StoreError")]
            assert service.send("/readyz")[0] == 503
            assert service.send("/livez")[0] == 200
            assert time.monotonic() - began < 4 * 1 + BUSY
        finally:
            begin()
        began = time.monotonic()
        while service.send("/recommend", request)[0] != 200:
            assert time.monotonic() - began < 5 + BUSY
            time.sleep(0.1)


def test_a_store_that_is_moved_away_and_back(served):
    service = served()
    request, folder = {"user": {"user_id": 10001}}, service.log.parent
    event = {"user_id": 10001, "movie_id": 5002, "rating": 5}
    before = service.send("/recommend", request)[1]["recommendations"]
    files = [*folder.glob("movies.sqlite*")]
    for file in files:
        file.rename(folder / f"moved-{file.name}")
    for path, body in [("/recommend", request), ("/feedback", event), ("/items/5001", None)]:
        status, answer = service.send(path, body)
        assert (status, answer["error"]["type"]) == (503, "StoreError")
        assert "the file is gone since it was opened" in answer["error"]["message"]
    status, answer = service.send("/readyz")
    assert (status, "the file is gone" in answer["why"]) == (503, True)
    assert [*folder.glob("movies.sqlite")] == []
    for file in files:
        (folder / f"moved-{file.name}").rename(file)
    assert service.send("/readyz")[0] == 200
    assert service.send("/recommend", request)[1]["recommendations"] == before


def test_matrix_products_have_one_thread_while_it_serves(service_config, monkeypatch):
    def threads():
        return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]

    before, meanwhile = threads(), []
    monkeypatch.setattr("towhee_recsys.service.server.log_as_json", lambda quiet: None)  # it is for the whole process
    monkeypatch.setattr(Server, "run", lambda self, sockets: meanwhile.extend(threads()))
    serve(service_config, port=0, quiet=True)
    assert set(meanwhile) == {1}
    assert threads() == before


def test_log_lines_are_json(served):
    service = served()
    service.send("/recommend", {"user": {"user_id": 10001}}, x_request_id="mine")
    service.stop()
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    [line] = [each for each in lines if each.get("request_id") == "mine"]
    assert (line["route"], line["status"]) == ("/recommend", 200)
    assert all({"time", "level", "logger", "message"} <= each.keys() for each in lines)
    assert f"serving on {service.url}" in {each["message"] for each in lines}
