"""docs/how-to/data.md shows configs that load."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from towhee_recsys.config import load_config

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "how-to" / "data.md").read_text(encoding="utf-8")
CONFIGS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
LEFT_OUT = "path: plays.csv\n  user: listener\n  item: song\n  time: at"  # what "..." stands for


def whole(text):
    """A config of what is shown: a part of `dataset` goes below it."""
    if not text.startswith("interactions:"):
        return text
    return "dataset:\n  name: shown\n" + textwrap.indent(text.replace("...", LEFT_OUT), "  ")


@pytest.mark.parametrize("text", CONFIGS)
def test_the_configs_shown_load(text, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "any")
    (tmp_path / "shown.yaml").write_text(whole(text), encoding="utf-8")
    load_config(tmp_path / "shown.yaml")


def test_the_query_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "any")
    [text] = [text for text in CONFIGS if "sql:" in text]
    (tmp_path / "shown.yaml").write_text(text, encoding="utf-8")
    sql = load_config(tmp_path / "shown.yaml").dataset.interactions.sql
    assert sql.query == "SELECT customer_id, sku, action, at FROM orders ORDER BY at"
