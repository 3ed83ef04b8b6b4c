"""Every block of code of the README and of the pages works.

A page's id has how many of its blocks are run or validated, and how many are only parsed; `-rA` shows what they print.
"""

from __future__ import annotations

import multiprocessing
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.docs.blocks import LANGUAGES, blocks_of, indented_code, name_of, pages
from tests.docs.pages import ROOT
from tests.docs.running import run_page, run_prepared
from tests.forked_commands import IMPORTED

WITH_CODE = [page for page in pages() if any(block.is_checked for block in blocks_of(page))]
every_page = pytest.mark.parametrize("page", [*pages(), ROOT / "CONTRIBUTING.md"], ids=name_of)


def counted(page: Path) -> str:
    """A page with how many of its blocks are run, and how many are not."""
    are_run = [block.is_run for block in blocks_of(page) if block.is_checked]
    return f"{name_of(page)}: {are_run.count(True)} run, {are_run.count(False)} not"


def in_folder(*folders: str) -> pytest.MarkDecorator:
    """Parametrizes a test with the pages of these folders."""
    found = [page for page in WITH_CODE if name_of(page.parent) in folders]
    return pytest.mark.parametrize("page", found, ids=counted)


@pytest.fixture(scope="session")
def forked() -> Callable:
    """Calls a function in a process of its own, forked from one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*IMPORTED, "tests.docs.running"])

    def call(function: Callable, *arguments: object) -> object:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(function, *arguments).result()

    return call


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, forked: Callable) -> Path:
    """A folder with the examples, in which the commands have run that each page finds done."""
    folder = tmp_path_factory.mktemp("docs")
    for name in ("configs", "examples"):
        shutil.copytree(ROOT / name, folder / name)
    forked(run_prepared, folder)
    return folder


@pytest.fixture
def check(prepared: Path, forked: Callable, tmp_path: Path) -> Callable[[Path], None]:
    """Runs the blocks of a page in a copy of the prepared folder."""

    def check_page(page: Path) -> None:
        folder = shutil.copytree(prepared, tmp_path / "page")
        transcript, failures = forked(run_page, blocks_of(page), folder)
        print(transcript)
        assert not failures, "\n".join(failures)

    return check_page


@every_page
def test_every_block_has_a_language(page: Path) -> None:
    assert [block.place for block in blocks_of(page) if block.language not in LANGUAGES] == []
    assert indented_code(page) == []


@every_page
def test_every_mark_has_a_reason_and_a_block(page: Path) -> None:
    assert [block.place for block in blocks_of(page) if block.mark and not block.reason] == []
    marks = len(re.findall(r"^ *<!-- (?:not run|fails)\b", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert marks == sum(bool(block.mark) for block in blocks_of(page)), "a mark is not directly above a block"


@pytest.mark.slow
class TestReadmeAndStart:
    @in_folder(".", "docs", "docs/start")
    def test_the_blocks_work(self, page: Path, check: Callable[[Path], None]) -> None:
        check(page)


@pytest.mark.slow
class TestHowTo:
    @in_folder("docs/how-to")
    def test_the_blocks_work(self, page: Path, check: Callable[[Path], None]) -> None:
        check(page)


@pytest.mark.slow
class TestExplanation:
    @in_folder("docs/explanation", "docs/reference", "docs/learn")
    def test_the_blocks_work(self, page: Path, check: Callable[[Path], None]) -> None:
        check(page)


def test_no_page_is_left_out() -> None:
    tested = ("", "docs", "docs/start", "docs/how-to", "docs/explanation", "docs/reference", "docs/learn")
    assert [name_of(page) for page in WITH_CODE if page.parent not in [ROOT / folder for folder in tested]] == []
