"""Secrets in mangled URLs, in wrong places and of wrong types: no output shows a piece of them."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from towhee_recsys import load_config
from towhee_recsys.config import Config, dump_config
from towhee_recsys.config.milvus import MilvusConfig
from towhee_recsys.data import read_dataset
from towhee_recsys.errors import RecsysError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import check_uri, open_index
from towhee_recsys.stores.vectors.milvus.connect import file_of
from towhee_recsys.support.section import without_secrets

WORDS = ("zebrafinch", "quokkapaw", "narwhaltusk")
SECRETS = st.sampled_from(
    [
        WORDS[0],
        "zebrafinch/quokkapaw",
        "zebrafinch@quokkapaw",
        "zebrafinch:quokkapaw",
        "zebrafinch?quokkapaw#narwhaltusk",
        "$zebrafinch${quokkapaw}",
        "zebra\u2100finch",
        "zebrafinch%20quokkapaw&narwhaltusk",
    ]
)
URLS = [
    "{scheme} : / / user : {secret} @ 127.0.0.1 : 1 / 0",
    "{scheme} : / / : {secret} @ 127.0.0.1 : 1 / 0",
    "{scheme} : / / {secret} @ 127.0.0.1 : 1 / 0",
    "{scheme} : / / us$er : {secret} @ 127.0.0.1 : 1 / 0",
    "{scheme} : / / 127.0.0.1 : 1 / 0 ? token = {secret} & password = {secret}",
    "{scheme} : / / 127.0.0.1 : 1 / 0 # token = {secret}",
]
SPECIAL = ":/@?#$%& \t\n\\[]=.;"
PROPERTY = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def urls(draw: st.DrawFn, schemes: tuple[str, ...]) -> str:
    """A URL with a secret: one character or part is missing or swapped with the next, and special ones are inserted."""
    secret = draw(SECRETS)
    parts = draw(st.sampled_from(URLS)).split()
    parts = [part.format(scheme=draw(st.sampled_from(schemes)), secret=secret) for part in parts]
    at = draw(st.integers(0, len(parts) - 1))
    change = draw(st.sampled_from(["none", "delete", "swap"]))
    if change == "delete" and secret not in parts[at]:
        del parts[at]
    if change == "swap":
        parts[at : at + 2] = reversed(parts[at : at + 2])
    for _ in range(draw(st.integers(0, 2))):
        parts.insert(draw(st.integers(0, len(parts))), draw(st.sampled_from(SPECIAL)))
    url = "".join(parts)
    assume(not re.search(rf"(@|//){re.escape(secret)}(?![^/?#]*@)", url))  # in the place of the host it is a host
    return url


CATALOGUES = urls(("redis", "rediss", "REDIS", "mysql", "mariadb", "rdis"))
MILVUS = urls(("http", "https", "HTTP", "htp"))


def must_hide(text: str) -> None:
    assert not [word for word in WORDS if word in text], text


def refusals(act: Callable[..., object], *arguments: Any) -> Iterator[str]:
    """The whole traceback of what `act` raises, if it raises anything."""
    try:
        act(*arguments)
    except RecsysError as error:
        yield "".join(traceback.format_exception(error))


@pytest.fixture
def must_be_silent(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Checks the output of commands that are given these arguments."""
    monkeypatch.chdir(tmp_path)

    def check(*arguments: str) -> None:
        for command in (["validate"], ["validate", "--json"], ["doctor"], ["recommend"]):
            ran = run(*command, "-c", "sample", *arguments)
            must_hide(ran.out + ran.err)
            assert "Traceback" not in ran.err

    return check


@PROPERTY
@given(CATALOGUES)
@example("redis:/:zebrafinch@127.0.0.1")
@example("redis//:zebrafinch@127.0.0.1")
@example("redis://us$er:zebrafinch@127.0.0.1:1/0")
@example("mysql://user:zebrafinch\u2100@127.0.0.1:1/items")
def test_mangled_urls_of_catalogues(must_be_silent, url):
    for text in refusals(open_catalogue, url):
        must_hide(text)
    must_be_silent("--set", f"catalogue={url}")


DATABASES = urls(("mysql", "mysql+pymysql", "MySQL", "postgresql", "sqlite", "mysq"))


@PROPERTY
@given(DATABASES)
@example("mysql:/:zebrafinch@127.0.0.1")
@example("mysql//:zebrafinch@127.0.0.1:1/x")
@example("mysql://us$er:zebrafinch@127.0.0.1:1/x")
@example("mysql://user:zebrafinch\u2100@127.0.0.1/items")
@example("sqlite:///:zebrafinch@127.0.0.1")
def test_mangled_urls_of_queries(run, tmp_path, monkeypatch, url):
    monkeypatch.chdir(tmp_path)
    sql = {"url": url, "query": "SELECT 1"}
    dataset = {"interactions": {"sql": sql, "user": "u", "item": "i"}}
    for text in refusals(lambda: read_dataset(load_config(dataset=dataset).dataset)):
        must_hide(text)
    (tmp_path / "my.yaml").write_text(yaml.safe_dump({"dataset": dataset}), encoding="utf-8")
    for command in (["validate"], ["validate", "--json"], ["doctor"]):
        ran = run(*command, "-c", "my.yaml")
        must_hide(ran.out + ran.err)
        assert "Traceback" not in ran.err


def missing_file(uri: str) -> None:
    """Opens the index in the file at `uri`, which does not exist; a server is not reached."""
    if file_of(uri) is not None:
        open_index(uri, "items", create=False)


@PROPERTY
@given(MILVUS)
@example(":zebrafinch@127.0.0.1:1")
@example("HTTP://user:zebrafinch@127.0.0.1:1")
@example("http:/user:zebrafinch@127.0.0.1/items.db")
def test_mangled_addresses_of_milvus(run, tmp_path, monkeypatch, url):
    monkeypatch.chdir(tmp_path)
    for text in [*refusals(check_uri, url), *refusals(missing_file, url), *refusals(missing_file, f"{url}/items.db")]:
        must_hide(text)
    for command in (["validate"], ["validate", "--json"]):
        ran = run(*command, "-c", "sample", "--set", f"milvus.uri={url}")
        must_hide(ran.out + ran.err)
    assert not list(tmp_path.iterdir())


@PROPERTY
@given(CATALOGUES, MILVUS, SECRETS)
def test_what_is_shown_of_a_config(catalogue, uri, secret):
    config = Config(catalogue=catalogue, milvus=MilvusConfig(uri=f"http://x{uri}", access={"token": secret}))
    must_hide(repr(config))
    must_hide(str(config))
    must_hide(dump_config(without_secrets(config)))
    assert config.catalogue == catalogue


OVERRIDES = [
    "milvus={secret}",
    "milvus.access={secret}",
    "milvus.access=[{secret}]",
    "milvus.access={{token: {secret}",
    "milvus.access={{'{secret}': 1}}",
    "milvus.access.{secret}=1",
    "milvus.access.token={secret}",
    "milvus.access.token=[{secret}, 1]",
    "milvus.access.tokn={secret}",
    "milvus.acess.token={secret}",
    "milvus.access.tls={secret}",
    "milvus.access.timeout={secret}",
    "milvus.access.token:{secret}",
    "milvus.access.token {secret}",
    "{secret}",
    "catalogue:redis://user:{secret}@127.0.0.1?x=1",
    "catalogue={{password: {secret}}}",
    "token={secret}",
    "password={secret}",
    "top_k=redis://user:{secret}@127.0.0.1",
    "seed=redis:/:{secret}@127.0.0.1",
    "dataset.format=redis://:{secret}@127.0.0.1",
    "dataset.interactions.sql=mysql://:{secret}@127.0.0.1",
    "dataset.interactions.sql=[{secret}]",
    "dataset.interactions.sql.url=[{secret}]",
    "dataset.interactions.sql.ulr=mysql://:{secret}@127.0.0.1/x",
    "dataset.users={{sql: {{url: 'mysql://u:{secret}@127.0.0.1:1/x', query: 1}}}}",
]


@PROPERTY
@given(st.sampled_from(OVERRIDES), SECRETS)
def test_overrides(must_be_silent, override, secret):
    must_be_silent("--set", override.format(secret=secret))


@pytest.mark.parametrize("override", OVERRIDES)
def test_each_override(must_be_silent, override):
    must_be_silent("--set", override.format(secret=WORDS[0]))


@PROPERTY
@given(
    st.sampled_from(
        [
            {"milvus": {"access": "S"}},
            {"milvus": {"access": {"token": ["S"]}}},
            {"milvus": {"access": {"user": "S"}}},
            {"milvus": {"access": {"S": None}}},
            {"milvus": {"access": {"password": {"S": "S"}}}},
            {"milvus": "S"},
            {"milvus": {"uri": {"S": 1}}},
            {"catalogue": "redis://u:S@127.0.0.1/${top_q}"},
            {"catalogue": "redis://u:${S}@127.0.0.1:1/0"},
            {"model": {"dir": "${catalogue}"}, "catalogue": "redis://u:S@127.0.0.1:1/0"},
            {"redis://u:S@h": 1},
            {"dataset": {"items": {"sql": {"url": "mysql://u:S@127.0.0.1:1/${top_q}", "query": "S"}}}},
            {"dataset": {"items": {"sql": {"S": 1}}}},
            {"dataset": {"items": {"sql": {"url": {"S": 1}}}}},
            {"model": {"dir": "${dataset.items.sql.url}"}, "dataset": {"items": {"sql": {"url": "mysql://u:S@h/x"}}}},
        ]
    ),
    SECRETS,
)
def test_config_files(run, tmp_path, config, secret):
    text = json.loads(json.dumps(config).replace("S", json.dumps(secret)[1:-1]))
    (tmp_path / "my.yaml").write_text(yaml.safe_dump(text), encoding="utf-8")
    for command in ("validate", "doctor", "recommend"):
        ran = run(command, "-c", str(tmp_path / "my.yaml"))
        must_hide(ran.out + ran.err)


@pytest.mark.parametrize("command", ["doctor", "recommend", "similar 10001", "index", "index --gc"])
@pytest.mark.parametrize(
    "stores",
    [
        {"catalogue": "redis://user:{}@127.0.0.1:1/0"},
        {"catalogue": "mysql://us$er:{}@127.0.0.1:1/items?timeout=1"},
        {"milvus.uri": "HTTP://user:{}@127.0.0.1:1", "milvus.access.timeout": "0.5"},
        {"milvus.uri": "http://127.0.0.1:1", "milvus.access.token": "{}", "milvus.access.timeout": "0.5"},
    ],
    ids=str,
)
def test_stores_that_are_down(run, on_sample, command, stores):
    given_ = [part for key, value in stores.items() for part in ("--set", f"{key}={value.format(WORDS[0])}")]
    ran = run(*command.split(), *on_sample, *given_)
    assert ran.code in (1, 2)
    must_hide(ran.out + ran.err)
    assert "Traceback" not in ran.err


def test_pydantic_s_own_errors_show_no_value():
    for settings_ in ({"milvus": {"access": WORDS[0]}}, {"catalogue": [WORDS[0]]}):
        with pytest.raises(ValueError, match="validation error") as raised:
            Config(**settings_)
        must_hide(str(raised.value))


def test_a_bundle_has_no_secret_of_its_config(small_config, tmp_path):
    from towhee_recsys.training import train

    config = load_config(
        small_config("training.epochs=1"),
        catalogue=f"redis://user:{WORDS[0]}@127.0.0.1:1/0?token={WORDS[1]}",
        history=f"redis://user:{WORDS[1]}@127.0.0.1:1/1",
        milvus={"uri": f"http://user:{WORDS[0]}@127.0.0.1:1", "access": {"token": WORDS[2]}},
    )
    folder = train(config).directory
    for file in folder.parent.rglob("*"):
        must_hide(file.read_bytes().decode("latin1") if file.is_file() else file.name)


def test_what_comes_from_the_environment_is_shown_as_it_is_written(run, tmp_path, monkeypatch):
    for name, value in {
        "PLACE": f"/{WORDS[0]}",
        "NUMBER": "3987",
        "URL": f"redis://:{WORDS[1]}@127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    written = {
        "extends": "sample",
        "dataset": {"name": "${env:PLACE}", "path": "${env:PLACE}/data"},
        "features": {"user": [{"kind": "id", "column": "user_id", "size": "${env:NUMBER}"}]},
        "seed": "${env:NUMBER}",
        "catalogue": "${env:URL}",
    }
    (tmp_path / "my.yaml").write_text(yaml.safe_dump(written))
    ran = run("validate", "--json", "-c", str(tmp_path / "my.yaml"))
    assert ran.code == 0, ran.err
    shown = json.loads(ran.out)["config"]
    assert shown["dataset"]["path"] == "${env:PLACE}/data"
    assert shown["features"]["user"][0]["size"] == "${env:NUMBER}"
    assert (shown["seed"], shown["catalogue"]) == ("${env:NUMBER}", "${env:URL}")
    for flag in ((), ("--json",)):
        text = run("validate", *flag, "-c", str(tmp_path / "my.yaml")).out
        must_hide(text)
        assert "3987" not in text
