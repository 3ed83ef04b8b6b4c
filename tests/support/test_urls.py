from __future__ import annotations

import pytest

from towhee_recsys.support.urls import shown_secret, shown_text, shown_url, split_url


@pytest.mark.parametrize(
    "url",
    [
        "artifacts/items.db",
        "/var/data/my items.db",
        "${env:FOLDER}/items.db",
        "sqlite:///artifacts/items.sqlite",
        "sqlite:////var/data/items.sqlite",
        "memory://tests",
        "http://127.0.0.1:19530",
        "https://in03-abc.api.example.com:443/my%20items",
        "redis://[::1]:6379/0?timeout=2.5",
        "rediss://host?ssl_ca_certs=${env:CA_FILE}&ssl_check_hostname=false",
        "redis://:${env:REDIS_PASSWORD}@${env:REDIS_ADDRESS}/0",
        "${env:URL}",
        "",
    ],
)
def test_what_has_no_secret_is_shown_as_it_is(url):
    assert shown_url(url) == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://us$er:s3cret@host/0", "redis://***@host/0"),
        ("redis://s3cret@host/0", "redis://***@host/0"),
        ("redis://s3cret${env:X}@host/0", "redis://***@host/0"),
        ("HTTP://me:s3cret@host:1", "HTTP://***@host:1"),
        ("http://host?token=s3cret&timeout=3", "http://host?***&timeout=3"),
        ("http://host?timeout=s3cret", "http://host?***"),
        ("mysql://host/db?ssl_password=1234&ssl_key_password=12&ssl=true", "mysql://host/db?***&***&ssl=true"),
        ("http://host/#s3cret", "http://***"),
        ("http://me:s3?cret@host", "http://***"),
        ("http://me:s3/cret@host", "http://***"),
        ("http://me:s3cret", "http://***"),
        ("http://me:@s3cret", "http://***"),
        ("http://@s3cret", "http://***"),
        ("redis:/:s3cret@host", "***"),
        ("redis//:s3cret@host", "***"),
        ("s3cret@host", "***"),
        ("data/items.db?token=s3cret", "***"),
        (" redis://:s3cret@host", "***"),
        ("redis://:s3cret@host\n", "redis://***"),
    ],
)
def test_what_may_be_a_secret_is_hidden(url, shown):
    assert shown_url(url) == shown
    assert shown_text(url) in (shown, url) if url.startswith("data/") else shown_text(url) == shown


def test_secrets_and_texts():
    assert [shown_secret(text) for text in ("s3cret", "${env:TOKEN}", "s3cret${env:TOKEN}")] == [
        "***",
        "${env:TOKEN}",
        "***",
    ]
    assert shown_text(">= 1.05 * popularity?") == ">= 1.05 * popularity?"


def test_the_parts_of_a_url():
    url = split_url("HTTPS://a%40b:c%2Fd@[::1]:443/my%20items?x=1")
    assert url == ("https", "a@b", "c/d", "::1", 443, "my items", "x=1")
    assert url.address == "https://[::1]:443/my%20items"
    assert split_url("http://host").address == "http://host"


@pytest.mark.parametrize(
    "url", ["", "host", "http:/me:s3cret@host", "http://me:s3cret@host:x", "http://[s3cret", "http://s3cret\u2100@h"]
)
def test_what_is_no_url_is_refused_without_showing_it(url):
    with pytest.raises(ValueError, match="no host, or its port is not a number") as raised:
        split_url(url)
    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None
