"""docs/how-to/data.md shows a query that YAML reads as it is meant."""

from __future__ import annotations

import re
from pathlib import Path

from towhee_recsys.config import load_config

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "how-to" / "data.md").read_text(encoding="utf-8")
CONFIGS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_query_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "any")
    [text] = [text for text in CONFIGS if "sql:" in text]
    (tmp_path / "shown.yaml").write_text(text, encoding="utf-8")
    sql = load_config(tmp_path / "shown.yaml").dataset.interactions.sql
    assert sql.query == "SELECT customer_id, sku, action, at FROM orders ORDER BY at"
