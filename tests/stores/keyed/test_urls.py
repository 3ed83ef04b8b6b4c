"""URLs of stores: which are accepted, and messages without secrets for those that are not."""

from __future__ import annotations

import sys

import pytest

from towhee_recsys.errors import ConfigError, StoreError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.keyed import check_url
from towhee_recsys.stores.keyed.kinds import ACCEPTED
from towhee_recsys.stores.keyed.urls import parse_url
from towhee_recsys.support.urls import shown_url


def refusal(url, work=open_catalogue):
    with pytest.raises(StoreError) as raised:
        work(url)
    return str(raised.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("items.sqlite", "'items.sqlite'"),
        ("sqlite://items.sqlite", "'sqlite://items.sqlite'"),
        ("sqlite:///", "'sqlite:///'"),
        ("postgresql://host/items?password=s3cret", "'postgresql://host/items?***'"),
        ("redis:/:s3cret@host", "'***'"),
        ("redis//:s3cret@host", "'***'"),
        ("s3cret@host", "'***'"),
        ("${env:URL}", "'${env:URL}'"),
        ("${env:SECRET}", "'${env:SECRET}'"),
    ],
)
def test_another_kind(monkeypatch, url, shown):
    monkeypatch.setenv("URL", "postgresql://me:s3cret@host/items")
    monkeypatch.setenv("SECRET", "s3cret")
    assert refusal(url) == (
        f"catalogue {shown}: this kind of URL is not known. Accepted: sqlite:///FILE, "
        "redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], rediss://... (the same with TLS), "
        "mysql://[USER:PASSWORD@]HOST[:PORT]/DATABASE."
    )


NO_HOST = "it names no host, or its port is not a number; in a password, / is %2F, ? is %3F, # is %23."
NO_NUMBER = "what follows the host is not the number of a database; in a password, / is %2F."
NO_NAME = "what follows the host is not the name of a database; in a password, / is %2F."
REDISS = "timeout, ssl_ca_certs, ssl_certfile, ssl_keyfile, ssl_check_hostname"
MYSQL = "timeout, ssl, ssl_ca, ssl_cert, ssl_key, ssl_check_hostname"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis://", NO_HOST),
        ("redis://:s3/cret@host", NO_HOST),
        ("redis://user:123/45@host/0", NO_NUMBER),
        ("redis://me:s3cret@host/items", NO_NUMBER),
        ("redis://me:s3cret@host:port/0", NO_HOST),
        ("redis://me:s3cret@host:99999/0", NO_HOST),
        ("redis://me:s3#cret@host/0", NO_HOST),
        ("redis://me:s3?cret@host/0", NO_HOST),
        ("mysql://me:s3cret@host", NO_NAME),
        ("mysql://me:s3cret@host/", NO_NAME),
        ("mysql://me:123/s3cret@host/items", NO_NAME),
        ("mysql://me:s3cret@ho st/items", NO_HOST),
        ("mariadb://host/a/b", NO_NAME),
        ("redis://host?password=s3cret", "an option after the ? is not known. Options: timeout."),
        ("redis://host?ssl_ca_certs=x", "an option after the ? is not known. Options: timeout."),
        (
            "rediss://host?ssl_ca_cert=x",
            f"an option after the ? is not known. Did you mean 'ssl_ca_certs'? Options: {REDISS}.",
        ),
        ("mysql://host/db?s3cret=1", f"an option after the ? is not known. Options: {MYSQL}."),
        ("rediss://host?ssl_ca_certs=/nowhere/s3cret", "ssl_ca_certs names a file that does not exist."),
        ("mysql://host/db?ssl=s3cret", "ssl takes true or false."),
        ("redis://host?timeout=s3cret", "timeout takes seconds, above 0 and up to 3600."),
        ("redis://host?timeout=0", "timeout takes seconds, above 0 and up to 3600."),
        ("redis://host?timeout=nan", "timeout takes seconds, above 0 and up to 3600."),
    ],
)
def test_what_is_wrong_with_a_server_s_url(url, problem):
    for work in (open_catalogue, lambda url: check_url(url, "catalogue")):
        message = refusal(url, work)
        assert message == f"catalogue {shown_url(url)!r}: {problem} Accepted: {ACCEPTED}."
        assert not [piece for piece in ("s3", "cret", "123", "45") if piece in message]


@pytest.mark.parametrize("setting", ["catalogue", "history"])
def test_a_nul_character_is_refused_with_the_setting(setting):
    message = refusal("redis://me:s3cret@host/1\0", lambda url: check_url(url, setting))
    assert message.startswith(f"{setting}: ")
    assert "NUL character" in message
    assert "s3cret" not in message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://me:s3cret@host/1", "redis://***@host/1"),
        ("redis://:s3:cr%2Fet@host:1", "redis://***@host:1"),
        ("rediss://${env:ME}:s3cret@host", "rediss://***@host"),
        ("rediss://${env:ME}:${env:WORD}@host", "rediss://${env:ME}:${env:WORD}@host"),
        ("mysql://me:x${env:WORD}@host/db", "mysql://***@host/db"),
        ("mysql://me:s3@cret@host/db", "mysql://***"),
        ("mysql://me@host/db?timeout=3", "mysql://***@host/db?timeout=3"),
        ("mysql://me:${env:WORD}@host/db", "mysql://me:${env:WORD}@host/db"),
        ("${env:WHOLE}", "${env:WHOLE}"),
    ],
)
def test_a_url_is_shown_without_its_secrets(monkeypatch, url, shown):
    for name, value in {"ME": "me", "WORD": "s3cret", "WHOLE": "redis://me:s3cret@host:1/2"}.items():
        monkeypatch.setenv(name, value)
    address = parse_url(url, "catalogue")
    assert address.shown == shown
    assert "s3" not in repr(address)


def test_the_parts_of_a_url(monkeypatch):
    monkeypatch.setenv("WORD", "a/b@c:d?e#f%20")
    redis = parse_url("rediss://me:${env:WORD}@[::1]:7000/3?timeout=2.5&ssl_check_hostname=false", "catalogue")
    assert (redis.kind, redis.host, redis.port, redis.user, redis.password) == (
        "redis",
        "::1",
        7000,
        "me",
        "a/b@c:d?e#f%20",
    )
    assert (redis.database, redis.options.timeout, redis.options.tls, redis.options.check_host) == (
        "3",
        2.5,
        True,
        False,
    )
    for scheme in ("mysql", "mariadb", "mysql+pymysql"):
        mysql = parse_url(f"{scheme}://a%40b:c%2Fd@db.example.org/my%20items", "catalogue")
        assert (mysql.kind, mysql.port, mysql.user, mysql.password) == ("mysql", 3306, "a@b", "c/d")
        assert (mysql.host, mysql.database, mysql.options.tls) == ("db.example.org", "my items", False)
    assert parse_url("mysql://host/db?ssl=true", "catalogue").options.tls
    assert parse_url("mysql://host/db?ssl_check_hostname=true", "catalogue").options.tls
    assert not parse_url("mysql://host/db?ssl=false", "catalogue").options.tls
    assert parse_url("mariadb://host:3306/db", "catalogue") == parse_url("mysql://host/db", "catalogue")
    assert parse_url("redis://host", "catalogue").port == 6379


@pytest.mark.parametrize(
    ("url", "package", "extra"),
    [
        ("redis://host", "redis", "redis"),
        ("mysql://host/db", "pymysql", "mysql"),
        ("mysql://host/db", "sqlalchemy", "mysql"),
    ],
)
def test_a_package_that_is_not_installed_is_reported_with_the_extra_that_has_it(monkeypatch, url, package, extra):
    monkeypatch.setitem(sys.modules, package, None)
    assert refusal(url) == (
        f"catalogue '{extra}://...' needs the package {package}, which is not installed. "
        f"Install it with: pip install 'towhee_recsys[{extra}]'."
    )


def test_a_place_from_the_environment_is_found_and_never_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("PLACE", str(tmp_path / "s3cret"))
    open_catalogue("sqlite:///${env:PLACE}/items.sqlite")
    assert (tmp_path / "s3cret" / "items.sqlite").is_file()
    (tmp_path / "s3cret" / "file").write_text("text" * 1000)
    for name in ("file", "file/items.sqlite"):
        message = refusal(f"sqlite:///${{env:PLACE}}/{name}")
        assert f"'sqlite:///${{env:PLACE}}/{name}'" in message
        assert not [piece for piece in ("s3", "cret", "123", "45") if piece in message]
    with pytest.raises(ConfigError, match="environment variable NOWHERE is not set"):
        open_catalogue("sqlite:///${env:NOWHERE}/items.sqlite")


def test_a_relative_path_is_of_the_folder_one_is_in(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        open_catalogue("sqlite:///items.sqlite").write([], "v1")
        assert (tmp_path / name / "items.sqlite").is_file()
    assert open_catalogue("sqlite:///items.sqlite") is open_catalogue(f"sqlite:///{tmp_path}/two/items.sqlite")
