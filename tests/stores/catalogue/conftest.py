from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stores.catalogue.stores import MariadbStore, RedisStore, SqliteStore, Store
from towhee_recsys.stores.catalogue import Catalogue, Facts, Id, open_catalogue


@pytest.fixture(params=["sqlite", "redis", "mariadb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind: what a test says of it holds for all."""
    if request.param == "sqlite":
        return SqliteStore(tmp_path / "items.sqlite")
    if request.param == "redis":
        return RedisStore(request.getfixturevalue("redis_server"))
    return MariadbStore(request.getfixturevalue("mariadb_server"))


@pytest.fixture
def url(store: Store) -> str:
    return store.url


@pytest.fixture
def catalogue(url: str) -> Catalogue:
    return open_catalogue(url)


@pytest.fixture
def facts() -> Callable[..., Facts]:
    """An item's facts, which show its id and its version."""

    def facts(key: Id, version: str = "v1") -> Facts:
        return {"sku": key, "name": f"{version} of {key}", "price": len(f"{key}") / 8, "tags": ["new", version]}

    return facts


@pytest.fixture
def item(facts: Callable[..., Facts]) -> Callable[..., tuple[Id, Facts]]:
    """An item as it is written: its id and its facts."""
    return lambda key, version="v1": (key, facts(key, version))


@pytest.fixture
def published(catalogue: Catalogue) -> Callable[..., None]:
    """Writes items as a version and makes it the live one."""

    def published(items: list[tuple[Id, Facts]], version: str = "v1") -> None:
        catalogue.write(items, version)
        catalogue.publish(version)

    return published
