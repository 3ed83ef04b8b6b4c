from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from towhee import register

from towhee_recsys.config import Config
from towhee_recsys.pipelines import Pipeline, load_pipeline, recommend_pipeline


@pytest.fixture(scope="session")
def recommend(indexed_config: Config) -> Pipeline:
    return recommend_pipeline(indexed_config)


@pytest.fixture
def declared(tmp_path: Path) -> Callable[[str], Pipeline]:
    """Builds the pipeline that a text declares, with the sample's settings."""

    def declared(text: str) -> Pipeline:
        file = tmp_path / "own.yaml"
        file.write_text(dedent(text), encoding="utf-8")
        return load_pipeline(file, "sample")

    return declared


@register(name="tests/count_to")
class CountTo:
    """The numbers from 0 to below `n`, one by one; fails at `fail_at`."""

    def __init__(self, fail_at: int | None = None):
        self._fail_at = fail_at

    def __call__(self, n: int) -> Iterator[int]:
        for number in range(n):
            if number == self._fail_at:
                raise ValueError(f"no {number} here\nand more lines")
            yield number


@register(name="tests/add")
class Add:
    """The sum of the inputs and `more`, or of the lists of a window."""

    def __init__(self, more: int = 0):
        self._more = more

    def __call__(self, *given: int | list[int]) -> int:
        return self._more + sum(sum(each) if isinstance(each, list) else each for each in given)


@register(name="tests/is_even")
class IsEven:
    def __call__(self, number: int) -> bool:
        return number % 2 == 0


@register(name="tests/fail")
class Fail:
    """Fails at every call, or when built."""

    def __init__(self, text: str = "out of order", password: str = "", at_once: bool = False):
        if at_once:
            raise ConnectionError(text)
        self._text = text

    def __call__(self, value: object) -> None:
        raise ZeroDivisionError(self._text)
