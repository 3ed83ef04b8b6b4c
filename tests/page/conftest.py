"""A real Chromium, and pages of a trained and indexed shop and of the sample."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page.serving import Serving
from tests.worked_examples import config_file, settings_in
from towhee_recsys import index_pipeline, load_config, train
from towhee_recsys.config import Config
from towhee_recsys.page import export_page

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Chromium: `CHROMIUM`, else the one of the system, such as Debian's.

    It ends with its module: Playwright's event loop runs in this thread until then, and no other one can.
    """
    names = [os.environ.get("CHROMIUM") or "chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in names if (path := shutil.which(name))), None)
    if not found:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop("no Chromium; install it (Debian: chromium), or set CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The shop of the examples: text ids, no ratings."""
    folder = tmp_path_factory.mktemp("shop")
    config = load_config(config_file("shop"), overrides=settings_in("shop", folder))
    train(config)
    index_pipeline(config)()
    return config


@pytest.fixture(scope="session")
def shop_file(shop: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's page as one file."""
    file = tmp_path_factory.mktemp("exported") / "shop.html"
    export_page(shop, file)
    return file


@pytest.fixture(scope="session")
def sample_file(indexed_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's page as one file."""
    file = tmp_path_factory.mktemp("exported") / "sample.html"
    export_page(indexed_config, file)
    return file


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Open]:
    """Opens a page in a window of its own; no error may be left in its console at the end of the test.

    What the page is allowed to fail at is added to `open_page.expected`, as parts of messages.
    """
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(url: str | Path, width: int = 1440, height: int = 900, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(url.as_uri() if isinstance(url, Path) else url)
        page.wait_for_selector(".cards:not(.waiting) .card, .state")
        return page

    open_page.expected = []  # type: ignore[attr-defined]
    yield open_page
    for context in contexts:
        context.close()
    expected = open_page.expected  # type: ignore[attr-defined]
    assert [error for error in errors if not any(part in error for part in expected)] == []


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Config], Serving]]:
    """Starts the service of a config; ends with the tests."""
    running: list[Serving] = []

    def serve(config: Config) -> Serving:
        running.append(Serving(config))
        return running[-1]

    yield serve
    for each in running:
        each.stop()


@pytest.fixture(scope="session")
def shop_service(shop: Config, serve: Callable[[Config], Serving]) -> Serving:
    """The shop's service, which tests do not stop."""
    return serve(shop)
