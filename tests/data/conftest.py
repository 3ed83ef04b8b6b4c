from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def must_say() -> Callable[..., None]:
    """Asserts that a message has all the facts."""

    def check(message: str, *facts: str) -> None:
        assert [fact for fact in facts if fact not in message] == [], message

    return check
