"""Services of several processes on a Milvus server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

from tests.servers.process import BUSY
from tests.service.load import loaded
from towhee_recsys.config import load_config
from towhee_recsys.pipelines import index_pipeline
from towhee_recsys.training import train


def test_several_processes_on_a_milvus_server(served, milvus_server):
    service = served("--workers", "2", **{"milvus.uri": milvus_server.url})
    children = processes(service.pid)
    assert len(children) == 2
    request = {"user": {"user_id": 10001}}
    answers = {json.dumps(service.send("/recommend", request)[1]["recommendations"]) for _ in range(20)}
    assert len(answers) == 1
    event = {"user_id": 10001, "movie_id": service.send("/recommend", request)[1]["recommendations"][0]["movie_id"]}
    assert service.send("/feedback", {**event, "rating": 4})[0] == 200
    for _ in range(10):  # whichever process answers
        items = service.send("/recommend", request)[1]["recommendations"]
        assert event["movie_id"] not in [each["movie_id"] for each in items]
    assert 'recsys_requests_total{route="/recommend",status="200"} 31.0' in service.text("/metrics")
    time.sleep(10)
    os.kill(children[0], signal.SIGKILL)
    began = time.monotonic()
    while len(set(processes(service.pid)) - {children[0]}) < 2:
        assert time.monotonic() - began < BUSY
        time.sleep(0.1)
    load, code = loaded(service, 50, 6, lambda: (os.kill(service.pid, signal.SIGTERM), service.wait())[1])
    assert code == 0
    assert load.statuses["200"] > 50
    assert load.statuses.keys() <= {"200", "503", "ConnectionRefusedError"}


def processes(parent):
    """The processes that answer: children of the service, besides Python's tracker of resources."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(each) for each in children if "spawn_main" in Path(f"/proc/{each}/cmdline").read_text()]


def test_a_new_model_meets_no_failed_request_and_no_mixed_versions(served, sample_config, milvus_server, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(sample_config.model.dir, folder)
    settings = {"milvus.uri": milvus_server.url, "model.dir": str(folder), "serve.deadline": 60}  # the machine is busy
    service = served("--workers", "2", **settings)
    users = range(10001, 10021)
    before, answers, ended = {user: answer_for(service, user) for user in users}, [], threading.Event()

    def ask(first):
        while not ended.is_set():
            answers.extend((user, answer_for(service, user)) for user in users[first::4])

    clients = [threading.Thread(target=ask, args=(first,)) for first in range(4)]
    for client in clients:
        client.start()
    try:
        changed = load_config(str(service.log.parent / "config.yaml"), **{"seed": 7, "training.epochs": 1})
        bundle = train(changed)
        index_pipeline(changed)()
        began = time.monotonic()
        while {service.send("/readyz")[1].get("model_id") for _ in range(10)} != {bundle.model_id}:
            assert time.monotonic() - began < 5 + BUSY
    finally:
        ended.set()
        for client in clients:
            client.join()
    after = {user: answer_for(service, user) for user in users}
    assert {model for _, (_, model, _) in answers} == {before[10001][1], bundle.model_id}
    for user, answer in answers:
        assert answer in (before[user], after[user])
        assert answer[0] == 200


def answer_for(service, user):
    """Status, model and items, with their scores, of an answer."""
    status, answer = service.send("/recommend", {"user": {"user_id": user}})
    items = [(item["movie_id"], item["score"]) for item in answer.get("recommendations", ())]
    return status, answer.get("model_id"), items
