"""The stores that catalogues and histories are tested in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stores.keyed.stores import MariadbStore, RedisStore, SqliteStore, Store


@pytest.fixture(params=["sqlite", "redis", "mariadb"])
def keyed(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind: a test that uses it must pass on all."""
    if request.param == "sqlite":
        return SqliteStore(tmp_path / "items.sqlite")
    if request.param == "redis":
        return RedisStore(request.getfixturevalue("redis_server"))
    return MariadbStore(request.getfixturevalue("mariadb_server"))


@pytest.fixture
def url(keyed: Store) -> str:
    return keyed.url
