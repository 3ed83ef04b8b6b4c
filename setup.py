"""The description of the package: the README, without links that are dead outside of the repository.

Everything else is declared in pyproject.toml.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from setuptools import setup

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent
CODE = r"```.*?```|`[^`\n]*`"
LINK = r"(?P<picture>!?)\[(?P<label>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)"


def description(readme: str, source: str | None, version: str) -> str:
    """The README with addresses below `source`, the repository's, in place of relative links.

    Without an address such links become plain text, and such pictures are left out.
    """

    def replaced(match: re.Match[str]) -> str:
        if match["target"] is None:  # code
            return match[0]
        label, target = re.sub(LINK, replaced, match["label"]), match["target"]
        if re.match(r"[a-z]+:|#", target):
            return f"{match['picture']}[{label}]({target})"
        if source:
            kind = "raw" if match["picture"] else "blob"
            return f"{match['picture']}[{label}]({source}/{kind}/v{version}/{target})"
        return "" if match["picture"] else label

    return re.sub(f"{CODE}|{LINK}", replaced, readme, flags=re.DOTALL)


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [version] = re.findall(r'^__version__ = "(.+)"$', (ROOT / "towhee_recsys" / "version.py").read_text(), re.MULTILINE)
    setup(
        long_description=description(
            (ROOT / "README.md").read_text(encoding="utf-8"), project.get("urls", {}).get("Source"), version
        ),
        long_description_content_type="text/markdown",
    )
