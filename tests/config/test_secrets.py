from __future__ import annotations

import pytest

from towhee_recsys.config import dump_config, load_config, without_secrets
from towhee_recsys.config.secrets import without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis://:hunter2@localhost:6379/0", "redis://:***@localhost:6379/0"),
        ("mysql://me:hunter2@db:3306/items", "mysql://me:***@db:3306/items"),
        ("mysql://me:hun@ter2@db/items", "mysql://me:***@db/items"),
        ("mysql://me:${env:DB_PASSWORD}@db/items", "mysql://me:${env:DB_PASSWORD}@db/items"),
        ("mysql://${env:DB_USER}:hunter2@db/items", "mysql://${env:DB_USER}:***@db/items"),
        ("mysql://me:hunter2${env:MORE}@db/items", "mysql://me:***@db/items"),
        ("sqlite:///artifacts/a:b@c.sqlite", "sqlite:///artifacts/a:b@c.sqlite"),
        ("${env:CATALOGUE}", "${env:CATALOGUE}"),
    ],
)
def test_a_password_in_a_url_is_hidden(url, shown):
    assert without_password(url) == shown


def test_what_is_shown_of_a_config_has_no_secret_of_it(monkeypatch):
    monkeypatch.setenv("MILVUS_PASSWORD", "from-the-environment")
    config = load_config(
        {
            "milvus": {"uri": "http://me:hunter2@milvus:19530", "access": {"user": "me", "password": "hunter2"}},
            "catalogue": "redis://me:hunter2@redis/0",
        }
    )
    assert "hunter2" not in dump_config(without_secrets(config))
    assert without_secrets(config).milvus.access.user == "me"
    assert config.milvus.access.password == "hunter2"
    kept = load_config({"milvus": {"uri": "http://m", "access": {"user": "me", "password": "${env:MILVUS_PASSWORD}"}}})
    assert without_secrets(kept) == kept
    assert "hunter2" not in str(
        without_secrets(load_config({"milvus": {"uri": "http://m", "access": {"token": "hunter2"}}}))
    )
