from __future__ import annotations

from collections.abc import Callable

import pytest

from towhee_recsys.config import Config

SPACE = (
    "tune.space.training.learning_rate={low: 0.003, high: 0.1, log: true}",
    "tune.space.training.ranking_decay={low: 0.01, high: 10, log: true}",
    "tune.space.model.embedding_size=[6, 8]",
)


@pytest.fixture
def tuned(small_config: Callable[..., Config]) -> Callable[..., Config]:
    """As `small_config`, with a space; trials take a part of a second."""
    return lambda *overrides: small_config("tune.validation=0.2", "training.epochs=3", *SPACE, *overrides)
