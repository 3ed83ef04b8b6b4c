"""docs/how-to/requests.md has all fields and comparisons, and settings that are read."""

from __future__ import annotations

import re
from pathlib import Path

from towhee_recsys.config import load_config
from towhee_recsys.config.requests import REQUEST_FIELDS
from towhee_recsys.stores.vectors import OPERATORS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "requests.md").read_text(encoding="utf-8")


def test_the_settings_load(tmp_path: Path) -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "shown.yaml").write_text(text, encoding="utf-8")
    assert load_config(tmp_path / "shown.yaml").requests.max_top_k == 100


def test_every_field_and_comparison_is_there() -> None:
    assert [name for name in REQUEST_FIELDS if f"\n| `{name}` |" not in PAGE] == []
    comparisons = {name for names in OPERATORS.values() for name in names}
    table = PAGE[PAGE.index("| comparison |") :]
    assert [name for name in comparisons if f"`{name}`" not in table] == []
