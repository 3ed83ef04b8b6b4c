"""compose.yaml, without Docker: it starts what the shipped configs need."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from towhee_recsys.config import load_config
from towhee_recsys.stores.keyed.urls import parse_url

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]


@pytest.fixture
def catalogue(monkeypatch):
    """Where the catalogue of a shipped config is."""
    for variable in ("REDIS_PASSWORD", "MYSQL_PASSWORD"):
        monkeypatch.setenv(variable, variable)
    return lambda name: parse_url(load_config(name).catalogue, "catalogue")


def open_port(service):
    """The port of this machine, and of the service, that compose opens."""
    [port] = SERVICES[service]["ports"]
    address, outside, inside = port.split(":")
    assert address == "127.0.0.1"
    return int(outside), int(inside)


def required(text):
    """The variable without which compose does not start."""
    return re.fullmatch(r"\$\{(\w+):\?.+\}", text)[1]


def test_milvus_is_that_of_its_config():
    uri = urlsplit(load_config("milvus_server").milvus.uri)
    assert open_port("milvus") == (uri.port, 19530)
    assert (uri.scheme, uri.hostname) == ("http", "127.0.0.1")


def test_redis_is_that_of_its_config(catalogue):
    url = catalogue("redis")
    assert open_port("redis") == (url.port, 6379)
    assert (url.host, url.user) == ("127.0.0.1", None)
    command = SERVICES["redis"]["command"]
    assert url.password == required(command[command.index("--requirepass") + 1])


def test_mariadb_is_that_of_its_config(catalogue):
    url, given = catalogue("mysql"), SERVICES["mariadb"]["environment"]
    assert open_port("mariadb") == (url.port, 3306)
    assert (url.host, url.database, url.user) == ("127.0.0.1", given["MARIADB_DATABASE"], given["MARIADB_USER"])
    assert url.password == required(given["MARIADB_PASSWORD"])


def test_nothing_else_has_an_open_port():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"milvus", "redis", "mariadb"}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_pinned_watched_and_keeps_its_data(name):
    service = SERVICES[name]
    assert re.fullmatch(r"[\w./-]+:(v?\d+\.\d+\.\d+|RELEASE\.[\dTZ-]+)", service["image"])
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    [(volume, _)] = [mount.split(":") for mount in service["volumes"]]
    assert volume == name
    assert set(service.get("depends_on", ())) <= SERVICES.keys()


def test_each_volume_is_declared():
    assert COMPOSE["volumes"].keys() == SERVICES.keys()


def test_milvus_finds_its_own_stores():
    given = SERVICES["milvus"]["environment"]
    assert {address.split(":")[0] for address in given.values()} == set(SERVICES["milvus"]["depends_on"])
