"""docs/how-to/requests.md shows requests, settings and commands that work."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.config import Config, load_config
from towhee_recsys.config.requests import REQUEST_FIELDS
from towhee_recsys.pipelines import recommend_pipeline
from towhee_recsys.stores.vectors import OPERATORS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "requests.md").read_text(encoding="utf-8")
REQUESTS = [text for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if text.startswith("{")]
COMMANDS = [
    line for line in re.findall(r"^    towhee-recsys (.*?)(?:  #.*)?$", PAGE, re.MULTILINE) if "-c sample" in line
]


@pytest.mark.parametrize("text", REQUESTS)
def test_the_requests_are_accepted(text: str, indexed_config: Config) -> None:
    request = json.loads(text)
    request["user"]["user_id"] = 10001  # of the sample
    assert len(recommend_pipeline(indexed_config)(request).get()[0]) <= request.get("top_k", 10)


def test_the_settings_load(tmp_path: Path) -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "shown.yaml").write_text(text, encoding="utf-8")
    assert load_config(tmp_path / "shown.yaml").requests.max_top_k == 100


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_work(command: str, run: Any, on_sample: list[str], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("requests.json").write_text('[{"user": {}}]')
    ran = run(*shlex.split(command.replace(" -c sample", "")), *on_sample)
    assert ran.code == 0, ran.err


def test_every_field_and_comparison_is_there() -> None:
    assert [name for name in REQUEST_FIELDS if f"\n| `{name}` |" not in PAGE] == []
    comparisons = {name for names in OPERATORS.values() for name in names}
    table = PAGE[PAGE.index("| comparison |") :]
    assert [name for name in comparisons if f"`{name}`" not in table] == []
