from __future__ import annotations

import pytest

from towhee_recsys.config import dump_config, load_config
from towhee_recsys.support.section import without_secrets
from towhee_recsys.support.urls import shown_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis://:hunter2@localhost:6379/0", "redis://***@localhost:6379/0"),
        ("mysql://me:hunter2@db:3306/items", "mysql://***@db:3306/items"),
        ("mysql://me:hun@ter2@db/items", "mysql://***"),
        ("mysql://me:${env:DB_PASSWORD}@db/items", "mysql://me:${env:DB_PASSWORD}@db/items"),
        ("mysql://${env:DB_USER}:hunter2@db/items", "mysql://***@db/items"),
        ("mysql://me:hunter2${env:MORE}@db/items", "mysql://***@db/items"),
        ("sqlite:///artifacts/a:b@c.sqlite", "sqlite://***"),
        ("${env:CATALOGUE}", "${env:CATALOGUE}"),
    ],
)
def test_a_password_in_a_url_is_hidden(url, shown):
    assert shown_url(url) == shown


def test_what_is_shown_of_a_config_has_no_secret_of_it(monkeypatch):
    monkeypatch.setenv("MILVUS_PASSWORD", "from-the-environment")
    config = load_config(
        {
            "milvus": {"uri": "http://me:hunter2@milvus:19530", "access": {"user": "me", "password": "hunter2"}},
            "catalogue": "redis://me:hunter2@redis/0",
        }
    )
    assert "hunter2" not in dump_config(without_secrets(config))
    assert without_secrets(config).milvus.access.user == "***"
    assert config.milvus.access.password == "hunter2"
    access = {"user": "${env:MILVUS_PASSWORD}", "password": "${env:MILVUS_PASSWORD}"}
    kept = load_config({"milvus": {"uri": "http://m", "access": access}})
    assert without_secrets(kept) == kept
    assert "hunter2" not in str(
        without_secrets(load_config({"milvus": {"uri": "http://m", "access": {"token": "hunter2"}}}))
    )
