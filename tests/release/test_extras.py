"""The extras: docs/how-to/install.md has what pyproject.toml declares, and `all` is what a user can use."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent.parent
DEVELOPMENT = {"test", "docs"}


@pytest.fixture(scope="module")
def extras() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {extra: list(map(Requirement, texts)) for extra, texts in project["optional-dependencies"].items()}


@pytest.fixture(scope="module")
def table() -> dict[str, list[str]]:
    """The rows below Extras by the extra: the names that are written as code in the column of packages."""
    text = (ROOT / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")
    section = text.partition("\n## Extras\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\|([^|]*)\|$", section, re.MULTILINE)
    return {extra: re.findall(r"`([\w-]+)`", packages) for extra, packages in rows}


def test_the_table_has_each_extra_with_its_packages(
    extras: dict[str, list[Requirement]], table: dict[str, list[str]]
) -> None:
    assert set(table) == set(extras)
    for extra in set(extras) - DEVELOPMENT - {"all"}:
        packages = {name for each in extras[extra] for name in (each.name, *each.extras)}
        assert set(table[extra]) == packages, extra


def test_all_has_each_extra_that_a_user_can_use(extras: dict[str, list[Requirement]]) -> None:
    [everything] = extras["all"]
    assert everything.name == "towhee_recsys"
    assert everything.extras == set(extras) - DEVELOPMENT - {"all"}
