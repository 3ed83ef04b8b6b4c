"""Milvus servers: credentials, TLS, and the messages when a server is down, dies or does not answer."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing

import numpy as np
import pytest

from tests.servers.certificates import Certificates
from tests.servers.milvus import PASSWORD
from tests.servers.process import BUSY, free_port
from tests.servers.tls_proxy import TlsProxy
from tests.stores.vectors.helpers import rows
from towhee_recsys.config.milvus import AccessConfig
from towhee_recsys.errors import ConfigError, StoreError
from towhee_recsys.stores.vectors import Layout, check_uri, insert, open_index, open_store, publish, start_build
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.kinds import ServerStore
from towhee_recsys.stores.vectors.milvus.server import server_client
from towhee_recsys.support.urls import shown_url, split_url

VECTORS = np.eye(16, dtype=np.float32)


def refusal(*arguments):
    with pytest.raises(StoreError) as raised:
        open_store(*arguments)
    return str(raised.value)


@pytest.mark.parametrize("uri", ["tcp://me:s3/cret@host", "https://", "http://me:s3cret@host:port", "ftp://host"])
def test_invalid_addresses(uri):
    assert "s3" not in shown_url(uri)
    assert refusal(uri) == (
        f"milvus.uri {shown_url(uri)!r} is neither a Milvus Lite file nor a server. "
        "Give a path that ends in .db, or http://host:19530, with https:// for TLS."
    )
    with pytest.raises(StoreError, match="neither a Milvus Lite file nor a server"):
        check_uri(uri)


def test_a_server_that_is_down_is_reported_at_once():
    began, uri = time.monotonic(), f"http://me:s3cret@127.0.0.1:{free_port()}"
    message = refusal(uri)
    assert time.monotonic() - began < BUSY
    assert message.startswith(f"no Milvus answers at milvus.uri {uri.replace('me:s3cret', '***')!r}: failed to connect")
    assert "Connection refused. Start it, or fix the address" in message


@pytest.mark.parametrize(
    ("access", "message"),
    [
        ({"tls": {"ca_file": "no.pem"}}, r"tls\.ca_file 'no\.pem' cannot be read: No such file or directory\. Name a"),
        ({"token": "${env:NOWHERE}"}, "environment variable NOWHERE is not set"),
        ({"tokn": "s3cret"}, r"milvus\.access\.tokn: unknown key\. Did you mean 'token'\?"),
        ({"token": 53}, r"milvus\.access\.token: given what may be a secret, accepted: text"),
    ],
)
def test_invalid_access(access, message):
    with pytest.raises((StoreError, ConfigError), match=message):
        open_store("https://127.0.0.1:1", access)


def test_tls_wants_https():
    message = refusal("http://127.0.0.1:1", {"tls": {"server_name": "milvus"}})
    assert message == "milvus.access.tls is given, but milvus.uri 'http://127.0.0.1:1' is without TLS. Write https://."


@pytest.mark.parametrize("access", [{"token": "s3cret"}, {"user": "me", "password": "s3cret"}])
def test_a_file_takes_no_token(tmp_path, access):
    uri = str(tmp_path / "movies.db")
    message = "access.token, user, password and tls are for servers; for a Milvus Lite file leave them out."
    assert refusal(uri, access) == f"milvus.uri {uri!r}: {message}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
class TestWithServer:
    @pytest.fixture
    def address(self, milvus_server):
        return f"http://{milvus_server.address}"

    @pytest.fixture
    def filled(self, milvus_server):
        """Milvus, with a timeout of 3 seconds and a collection of 16 rows."""
        milvus = open_store(milvus_server.url, {"timeout": 3})
        if not milvus.exists("filled"):
            milvus.create("filled", Layout(16))
            milvus.upsert("filled", rows(range(16), VECTORS))
        yield milvus
        milvus_server.thaw()
        milvus_server.start()

    def test_one_connection_for_each_way_in(self, address, milvus_server, monkeypatch):
        monkeypatch.setenv("SECRET", PASSWORD)
        access = {"user": "root", "password": "${env:SECRET}"}
        milvus = open_store(address, access)
        assert open_store(address, dict(access)) is milvus
        assert open_store(address, access | {"timeout": 7}) is not milvus
        assert (milvus.timeout, milvus.shared) == (30, True)
        assert open_store(address, {"token": "root:${env:SECRET}"}).names() == milvus.names()
        monkeypatch.setenv("PLACE", milvus_server.url)
        assert PASSWORD not in open_store("${env:PLACE}").where
        assert f":{PASSWORD}" not in repr(milvus.milvus) + open_store(milvus_server.url).where

    @pytest.mark.parametrize(
        "access", [{"token": "s3cret"}, {"token": "root:s3cret"}, {"user": "root", "password": "s3cret"}, {}]
    )
    def test_refused_credentials(self, address, access, caplog, capfd):
        message = refusal(address, access)
        assert message.startswith(f"Milvus at milvus.uri {address!r} refuses this token, or user and password: ")
        assert message.endswith("Fix milvus.access, or the environment variables that it names.")
        output = message + caplog.text + "".join(capfd.readouterr())
        assert "s3cret" not in output
        assert caplog.text == ""

    def test_tls(self, milvus_server, certificates, address, tmp_path):
        access, another = {"token": f"root:{PASSWORD}", "timeout": 5}, Certificates(tmp_path).authority
        with closing(TlsProxy(milvus_server.port, certificates)) as proxy:
            uri = f"https://localhost:{proxy.port}"
            ours = {"ca_file": str(certificates.authority)}
            assert open_store(uri, access | {"tls": ours}).names() == open_store(address, access).names()
            by_number = f"https://127.0.0.1:{proxy.port}"
            assert open_store(by_number, access | {"tls": ours | {"server_name": "localhost"}})
            for place, tls in ((uri, {}), (by_number, ours), (uri, {"ca_file": str(another)})):
                message = refusal(place, access | {"tls": tls})
                assert message.startswith(f"milvus.uri {place!r} shows a certificate that is not trusted: ")
                assert message.endswith(
                    "Name its authority in milvus.access.tls.ca_file, "
                    "and in server_name the name that it was made for when that is another."
                )
            assert refusal(f"http://localhost:{proxy.port}", access).startswith("no Milvus answers at milvus.uri")

    def test_a_server_that_asks_for_a_certificate(self, milvus_server, certificates):
        access = {"token": f"root:{PASSWORD}", "timeout": 5}
        ours = {"ca_file": str(certificates.authority)}
        both = ours | {"cert_file": str(certificates.cert), "key_file": str(certificates.key)}
        with closing(TlsProxy(milvus_server.port, certificates, client_authority=True)) as proxy:
            assert open_store(f"https://localhost:{proxy.port}", access | {"tls": both})
            assert refusal(f"https://localhost:{proxy.port}", access | {"tls": ours}).startswith("no Milvus answers")

    def test_without_tls_where_tls_is_wanted(self, address):
        message = refusal(address.replace("http:", "https:"), {"timeout": 5})
        assert message.startswith("no Milvus answers at milvus.uri 'https://127.0.0.1:")
        assert message.endswith("https:// is for servers with TLS, http:// for those without.")

    def test_an_alias_is_switched(self, filled):
        filled.create("other", Layout(16))
        assert filled.alias_target("an_alias") is None
        for name in ("filled", "other", "filled"):
            filled.make_live("an_alias", name)
            assert filled.alias_target("an_alias") == name
        assert filled.alias_target("filled") is None

    def test_an_alias_of_a_dropped_collection_is_replaced(self, filled):
        filled.create("gone", Layout(16))
        filled.make_live("orphan", "gone")
        filled.drop("gone")
        assert not filled.exists("gone")
        assert filled.alias_target("orphan") is None
        filled.make_live("orphan", "filled")
        assert filled.alias_target("orphan") == "filled"

    def test_what_was_unloaded_is_loaded_again(self, filled, milvus_server):
        patient = open_store(milvus_server.url, {"timeout": 60})
        patient.milvus.client.release_collection("filled")
        assert patient.search("filled", VECTORS[:1], 1)[0][0][0] == 0

    def test_the_rows_of_a_published_build_are_sealed(self, milvus_server):
        index = open_index(milvus_server.url, "sealed", {"timeout": 60})
        build = start_build(index, None, 16)
        publish(index, [insert(index, build, range(16), VECTORS)])
        end, segments = time.monotonic() + 30, []
        while not segments and time.monotonic() < end:
            segments = index.store.milvus.client.list_persistent_segments(build)
            time.sleep(0.2)
        assert [each.num_rows for each in segments] == [16]

    def test_what_milvus_refuses_is_reported_with_its_place(self, milvus_server, address, caplog):
        patient = open_store(milvus_server.url, {"timeout": 60})
        with pytest.raises(StoreError) as raised:
            patient.search("nowhere", VECTORS[:1], 1)
        assert str(raised.value).startswith(f"Milvus at {shown_url(milvus_server.url)} failed at searching nowhere: ")
        assert "collection not found" in str(raised.value)
        assert caplog.text == ""
        logging.getLogger("pymilvus.decorators").error("somebody else's")
        assert caplog.text, "others' calls are logged as ever"

    def test_frozen(self, filled, milvus_server, address):
        milvus_server.freeze()
        began = time.monotonic()
        with pytest.raises(StoreError) as raised:
            filled.search("filled", VECTORS[:1], 1)
        assert 2.9 < time.monotonic() - began < 3 + BUSY
        assert str(raised.value) == (
            f"Milvus at {shown_url(milvus_server.url)} gave no answer at searching filled within 3 seconds: "
            "Deadline Exceeded. "
            "Check that it is up and how busy it is, or raise milvus.access.timeout."
        )
        began, message = time.monotonic(), refusal(address, {"token": f"root:{PASSWORD}", "timeout": 2})
        assert 1.9 < time.monotonic() - began < 2 + BUSY
        assert f"{address!r}: not within the 2 seconds of milvus.access.timeout. Start it" in message
        milvus_server.thaw()
        assert filled.search("filled", VECTORS[:1], 1)[0][0][0] == 0

    def test_dying_under_load_and_back(self, filled, milvus_server):
        patient, done = open_store(milvus_server.url, {"timeout": 60}), threading.Event()
        answers: list[tuple[float, float, float, object]] = []

        def ask(milvus):
            while not done.is_set():
                began = time.monotonic()
                try:
                    answer = milvus.search("filled", VECTORS[5:6], 1)[0][0][0]
                except StoreError as error:
                    answer = str(error)
                answers.append((milvus.timeout, began, time.monotonic(), answer))

        asking = [threading.Thread(target=ask, args=(milvus,)) for milvus in (filled, filled, patient, patient)]
        for thread in asking:
            thread.start()
        try:
            time.sleep(0.5)
            milvus_server.kill()
            time.sleep(0.5)
            milvus_server.start()
            back = _first_answer_to_a_newcomer(milvus_server)
            time.sleep(5)
        finally:
            done.set()
            for thread in asking:
                thread.join()
        assert {answer for _, began, _, answer in answers if began > back + 5} <= {5}
        assert any(began < back and answer == 5 and end > back - 1 for _, began, end, answer in answers), "who can wait"
        for timeout, began, end, answer in answers:
            assert answer == 5 or str(answer).startswith("Milvus at http://***@127.0.0.1:"), answer
            assert answer == 5 or end - began < timeout + BUSY, "an error came late"
        assert filled.count("filled") == 16


def _first_answer_to_a_newcomer(server):
    """Waits until Milvus answers a new client."""
    newcomer = ServerStore(Milvus(server_client(split_url(server.url), AccessConfig(timeout=60), "here"), 60, "here"))
    assert newcomer.search("filled", VECTORS[:1], 1)[0][0][0] == 0
    return time.monotonic()
