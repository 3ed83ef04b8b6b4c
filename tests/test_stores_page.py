"""docs/how-to/stores.md has the types of indexes, the options of a server, and their defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from towhee_recsys.config.milvus import AutoIndex, FlatIndex, HnswIndex, IvfFlatIndex, IvfSq8Index, ServerConfig

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "how-to" / "stores.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("index", [FlatIndex(), AutoIndex(), IvfFlatIndex(), IvfSq8Index(), HnswIndex()])
def test_each_type_of_index_is_there_with_its_defaults(index):
    assert f"\n| `{index.type}`" in PAGE
    for name, default in index.model_dump(exclude={"type"}, exclude_none=True).items():
        assert f"`{name}` {default} " in PAGE


def test_each_option_of_a_server_is_there_with_its_default():
    for name, default in ServerConfig().model_dump().items():
        shown = "" if default is None else f"{str(default).lower() if default is False else default} "
        assert f"\n| `{name}` | {shown}| " in PAGE
