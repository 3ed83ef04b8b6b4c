"""The pages of stores and of the cluster, and the README, show configs that load, and the defaults that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.config.milvus import AutoIndex, FlatIndex, HnswIndex, IvfFlatIndex, IvfSq8Index, ServerConfig

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "how-to" / "stores.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CLUSTER = (ROOT / "docs" / "how-to" / "cluster.md").read_text(encoding="utf-8")
CONFIGS = [
    text for text in re.findall(r"```yaml\n(.*?)```", PAGE + README + CLUSTER, re.DOTALL) if "pipelines/" not in text
]


@pytest.fixture
def variables(monkeypatch):
    for name in re.findall(r"\$\{env:(\w+)\}", PAGE + README):
        monkeypatch.setenv(name, "any")


@pytest.mark.parametrize("text", CONFIGS, ids=lambda text: text.split("\n")[0])
def test_the_configs_shown_load(text, tmp_path, variables):
    (tmp_path / "shown.yaml").write_text(text, encoding="utf-8")
    load_config(tmp_path / "shown.yaml")


@pytest.mark.parametrize("index", [FlatIndex(), AutoIndex(), IvfFlatIndex(), IvfSq8Index(), HnswIndex()])
def test_each_type_of_index_is_there_with_its_defaults(index):
    assert f"\n| `{index.type}`" in PAGE
    for name, default in index.model_dump(exclude={"type"}, exclude_none=True).items():
        assert f"`{name}` {default} " in PAGE


def test_each_option_of_a_server_is_there_with_its_default():
    for name, default in ServerConfig().model_dump().items():
        shown = "" if default is None else f"{str(default).lower() if default is False else default} "
        assert f"\n| `{name}` | {shown}| " in PAGE
