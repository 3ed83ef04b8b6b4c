from __future__ import annotations

from collections.abc import Callable

import pytest

from towhee_recsys.stores.catalogue import Catalogue, Facts, Id, open_catalogue


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
