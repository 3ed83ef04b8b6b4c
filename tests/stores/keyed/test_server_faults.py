"""Servers that are down, die, freeze or refuse us: our error in time, no secret in it, and all well afterwards."""

from __future__ import annotations

import logging
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.servers.mariadb import PASSWORD
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.support.urls import shown_url

FACTS = [{"sku": key, "name": f"name {key}", "price": 1.5, "tags": ["new"]} for key in range(50)]
ITEMS = list(enumerate(FACTS))


@pytest.fixture(params=["redis_server", "mariadb_server"])
def server(request):
    """A server that holds FACTS as the version `m__1`, and continues after the test whatever was done to it."""
    server = request.getfixturevalue(request.param)
    catalogue = open_catalogue(server.url())
    catalogue.write(ITEMS, "m__1")
    yield server
    server.thaw()
    server.start()


def failure(work, *arguments):
    """The message of the StoreError that `work` raises; nothing of what is printed or logged holds the password."""
    with pytest.raises(StoreError) as raised:
        work(*arguments)
    assert not [piece for piece in PASSWORD.split("/") if piece in "".join(traceback.format_exception(raised.value))]
    return str(raised.value)


def test_down_at_start_and_well_once_it_is_up(server):
    url = server.url("?timeout=7")
    server.stop()
    assert failure(open_catalogue, url) == (
        f"the catalogue {shown_url(url)!r} cannot be opened: the server cannot be reached: Connection refused. "
        "Start it, or correct its address in `catalogue`."
    )
    server.start()
    assert open_catalogue(url).get(range(50), "m__1") == FACTS


def test_dead_while_in_use_and_well_once_it_is_up(server):
    catalogue = open_catalogue(server.url())
    server.kill()
    assert "cannot be read: the server cannot be reached: " in failure(catalogue.get, [1], "m__1")
    assert "cannot be read: the server cannot be reached: Connection refused" in failure(catalogue.get, [1], "m__1")
    assert "cannot be written: " in failure(catalogue.write, ITEMS, "m__2")
    assert "cannot be written: " in failure(catalogue.delete, [1], "m__1")
    assert "cannot be written: " in failure(catalogue.drop, "m__2")
    server.start()
    assert catalogue.get(range(50), "m__1") == FACTS  # what was acknowledged before the kill
    catalogue.write(ITEMS, "m__2")


def test_a_restart_between_two_calls_is_not_noticed(server):
    catalogue = open_catalogue(server.url())
    with ThreadPoolExecutor(4) as pool:
        for _ in range(2):
            assert list(pool.map(catalogue.get, [range(50)] * 8, ["m__1"] * 8)) == [FACTS] * 8
            server.restart()
    catalogue.delete([99], "m__1")
    assert catalogue.count("m__1") == 50


def test_dying_under_load_every_answer_is_right_or_our_error(server):
    catalogue, done, answers = open_catalogue(server.url()), Event(), []

    def ask():
        while not done.is_set():
            try:
                answers.append(catalogue.get(range(50), "m__1") == FACTS)
            except StoreError:
                answers.append(None)

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        try:
            for _ in range(2):
                time.sleep(0.1)
                server.kill()
                time.sleep(0.1)
                server.start()
            time.sleep(0.1)
        finally:
            done.set()
        for each in asking:
            each.result()
    assert set(answers) == {True, None}
    assert answers[-1] is True


def test_frozen_it_is_given_up_by_the_deadline_and_well_once_it_thaws(server):
    catalogue = open_catalogue(server.url("?timeout=5.5"))
    assert catalogue.get([1], "m__1") == FACTS[1:2]
    server.freeze()
    calls = [
        *[(open_catalogue, server.url("?timeout=5.4"))] * 2,
        (catalogue.get, [1], "m__1"),
        (catalogue.count, "m__1"),
    ]
    calls += [(catalogue.write, ITEMS, "m__2"), (catalogue.drop, "m__2"), (catalogue.versions,)]
    with ThreadPoolExecutor(len(calls)) as pool:
        start = time.monotonic()
        messages = list(pool.map(lambda call: failure(*call), calls))
        assert time.monotonic() - start < 2 * 5.4  # no thread waits twice, or for another
    assert all("no answer within 5." in message for message in messages)
    assert messages[2].endswith(
        "cannot be read: no answer within 5.5 s. "
        "Check the server, or allow it more time with ?timeout=SECONDS at the end of `catalogue`."
    )
    server.thaw()
    assert catalogue.get(range(50), "m__1") == FACTS


def test_a_wrong_password_is_reported_and_shown_nowhere(server, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("WORD", "wr0ng/@:#word")
    literal = server.url(password="wr0ng/@:#word")
    written = literal.replace("wr0ng%2F%40%3A%23word", "${env:WORD}")
    for url, shown in ((literal, shown_url(literal)), (written, written)):
        assert failure(open_catalogue, url) == (
            f"the catalogue {shown!r} cannot be opened: the server does not accept the user or the password. "
            "Correct them in `catalogue`; ${env:NAME} in it takes a password from the environment."
        )
    assert "wr0ng" not in caplog.text


def test_a_password_from_the_environment_is_taken_as_it_is(server, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("WORD", PASSWORD)
    monkeypatch.setenv("WHOLE", server.url("?timeout=8"))
    url = server.url("?timeout=9").replace("s3cret%2Fp%40ss%3Aword", "${env:WORD}")
    catalogue = open_catalogue(url)
    assert catalogue.get([1], "m__1") == FACTS[1:2]
    assert catalogue.url == url
    assert open_catalogue("${env:WHOLE}").url == "${env:WHOLE}"
    assert open_catalogue(server.url("?timeout=9")) is catalogue  # the same place, written in another way
    server.stop()
    assert repr(url) in failure(catalogue.get, [1], "m__1")
    assert "'${env:WHOLE}'" in failure(open_catalogue("${env:WHOLE}").get, [1], "m__1")
    seen = f"{caplog.text} {catalogue!r} {vars(catalogue)!r}"
    assert not [piece for piece in (PASSWORD, "s3cret", "p%40ss") if piece in seen]


def test_a_batch_is_one_round_trip(server):
    catalogue = open_catalogue(server.url("?timeout=11"))  # with no connection yet that a restart has cut
    catalogue.get([1], "m__1")
    asking = server.calls()
    none = server.calls() - asking
    before = server.calls()
    assert catalogue.get([*range(50), *range(10_000)], "m__1")[:50] == FACTS
    assert server.calls() - before - none == 1


def test_tls_trusts_the_given_authority_and_no_other(server, certificates):
    name = {"redis": "ssl_ca_certs", "mysql": "ssl_ca"}[server.url().partition(":")[0]]
    ours = f"?{name}={certificates.authority}"
    assert open_catalogue(server.tls_url(ours)).get([1], "m__1") == FACTS[1:2]
    assert open_catalogue(server.tls_url(f"{ours}&ssl_check_hostname=false", "127.0.0.1")).count("m__1") == 50
    assert "certificate verify failed" in failure(open_catalogue, server.tls_url("?ssl_check_hostname=true"))
    assert "certificate verify failed" in failure(open_catalogue, server.tls_url(ours, "127.0.0.1"))
    no_certificates = f"?{name}={certificates.key}"
    assert "cannot be opened: " in failure(open_catalogue, server.tls_url(no_certificates))


def test_an_address_without_a_server(server):
    message = failure(open_catalogue, server.url().replace("127.0.0.1", "nowhere.invalid"))
    assert "the server cannot be reached: " in message
