"""Makes the pictures of the page: python docs/pictures/screenshots.py. It needs Chromium, and the extra `test`.

The shop of the examples is trained and indexed in a temporary folder, and its page is opened in Chromium.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from towhee_recsys import index_pipeline, load_config, train
from towhee_recsys.page import export_page

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Writes page-light.png and page-dark.png."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = exported(Path(folder))
        path = shutil.which(os.environ.get("CHROMIUM") or "chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
            page.goto(file.as_uri())
            use(page)
            with Image.open(BytesIO(page.screenshot())) as picture:
                picture.convert("RGB").save(FOLDER / f"page-{scheme}.png", optimize=True)


def exported(folder: Path) -> Path:
    """The shop's page as a file."""
    shop = FOLDER.parents[1] / "examples" / "shop"
    overrides = [
        f"dataset.path={shop}",
        f"model.dir={folder / 'model'}",
        f"milvus.uri={folder / 'products.db'}",
        f"catalogue=sqlite:///{folder / 'products.sqlite'}",
    ]
    config = load_config(shop / "shop.yaml", overrides=overrides)
    train(config)
    index_pipeline(config)()
    export_page(config, folder / "page.html")
    return folder / "page.html"


def use(page: Any) -> None:
    """What a visitor does before the picture is taken."""
    page.get_by_label("Country", exact=True).select_option(label="FR")
    page.get_by_label("Age group", exact=True).select_option(label="30-44")
    for title in ("Quiet Corkscrew", "Little Kite"):
        page.get_by_role("combobox", name="Items you like").fill(title)
        page.wait_for_selector("[role=listbox][aria-busy=false] [role=option]")
        page.keyboard.press("Enter")
    page.wait_for_timeout(800)
    page.get_by_role("button", name="why?").first.click()
    page.mouse.move(5, 5)
    page.locator("h1").click()
    page.wait_for_timeout(400)


if __name__ == "__main__":
    main()
