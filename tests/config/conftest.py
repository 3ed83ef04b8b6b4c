from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.errors import ConfigError


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """Writes a file into a fresh working directory, so that messages name it as the test does."""
    monkeypatch.chdir(tmp_path)

    def file(name: str, text: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name

    return file


@pytest.fixture
def refused() -> Callable[..., str]:
    """What `load_config` says when it refuses its arguments."""

    def message(*arguments: Any, **keywords: Any) -> str:
        with pytest.raises(ConfigError) as raised:
            load_config(*arguments, **keywords)
        return str(raised.value)

    return message


@pytest.fixture
def shipped_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the shipped configs take from the environment, set."""
    authority = tmp_path / "authority.pem"
    authority.touch()
    variables = {
        "CA_FILE": str(authority),
        "MILVUS_TOKEN": "s3cret-token",
        "MILVUS_URI": "https://milvus.example.com:19530",
        "MYSQL_PASSWORD": "s3cret/p@ss:word",
        "REDIS_ADDRESS": "redis.example.com:6379",
        "REDIS_PASSWORD": "s3cret/p@ss:word",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables
