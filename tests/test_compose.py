"""deploy/, without Docker and Kubernetes: it starts what the shipped configs need."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from towhee_recsys.config import load_config
from towhee_recsys.stores.keyed.urls import parse_url

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
VALUES = yaml.safe_load((DEPLOY / "milvus-cluster-values.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
SERVERS = {name: service for name, service in SERVICES.items() if "build" not in service}


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
    assert {name for name, service in SERVICES.items() if "ports" in service} == {
        *("milvus", "redis", "mariadb"),
        "service",
    }


@pytest.mark.parametrize("name", SERVERS)
def test_each_server_is_pinned_watched_and_keeps_its_data(name):
    service = SERVICES[name]
    assert re.fullmatch(r"[\w./-]+:(v?\d+\.\d+\.\d+|RELEASE\.[\dTZ-]+)", service["image"])
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    [(volume, _)] = [mount.split(":") for mount in service["volumes"]]
    assert volume == name
    assert set(service.get("depends_on", ())) <= SERVICES.keys()


def test_each_volume_is_declared():
    assert COMPOSE["volumes"].keys() == {*SERVICES, "cache"}


def test_the_service_is_that_of_its_config(monkeypatch):
    service = SERVICES["service"]
    assert open_port("service") == (8000, 8000)
    assert service["command"][:3] == ["serve", "-c", "deploy/service.yaml"]
    for variable in service["environment"]:
        monkeypatch.setenv(variable, variable)
    config = load_config(DEPLOY / "service.yaml")
    uri, url = urlsplit(config.milvus.uri), parse_url(config.catalogue, "catalogue")
    assert {uri.hostname, url.host} == set(service["depends_on"])
    assert (uri.port, url.port) == (open_port("milvus")[1], open_port("redis")[1])
    assert service["healthcheck"]["test"][0] == "CMD"
    used = {mount.split(":")[0] for mount in service["volumes"]}
    assert used - {"."} <= COMPOSE["volumes"].keys()


def test_the_image_of_the_service_has_what_the_package_needs():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^FROM python:3\.\d+\.\d+-", text, re.MULTILINE)
    for name in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / each).exists() for each in name.split())
    packages = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool.setuptools.package-dir]")[1]
    for folder in re.findall(r'^".+" = "(\w+)"$', packages.split("\n[")[0], re.MULTILINE):
        assert f"COPY {folder} {folder}\n" in text


def test_the_cluster_is_of_the_tested_version_with_access_control_and_nodes_for_two_replicas():
    assert SERVICES["milvus"]["image"] == f"milvusdb/milvus:{VALUES['image']['all']['tag']}"
    settings = yaml.safe_load(VALUES["extraConfigFiles"]["user.yaml"])
    assert settings["common"]["security"] == {"authorizationEnabled": True, "tlsMode": 1}
    [mounted] = VALUES["proxy"]["volumeMounts"]
    assert settings["tls"]["serverPemPath"].startswith(mounted["mountPath"])
    assert VALUES["queryNode"]["replicas"] >= 2
    coordinators = ("rootCoordinator", "queryCoordinator", "indexCoordinator", "dataCoordinator")
    assert VALUES["mixCoordinator"]["enabled"]
    assert not any(VALUES[name]["enabled"] for name in coordinators)


def test_milvus_finds_its_own_stores():
    given = SERVICES["milvus"]["environment"]
    assert {address.split(":")[0] for address in given.values()} == set(SERVICES["milvus"]["depends_on"])
