"""The section of CHANGELOG.md that a release gets."""

from __future__ import annotations

import re
from datetime import date

UNRELEASED = "## Unreleased"


def released(text: str, version: str, day: date) -> str:
    """The changelog with its section Unreleased named after `version`, below a new, empty one.

    Raises:
        SystemExit: There is no section Unreleased, nothing is in it, or `version` has a section already.
    """
    if re.search(rf"^## {re.escape(version)}\b", text, re.MULTILINE):
        raise SystemExit(f"CHANGELOG.md has a section {version}: raise the version in towhee_recsys/version.py.")
    if not unreleased(text).strip():
        raise SystemExit(f"CHANGELOG.md has nothing below '{UNRELEASED}': write down there what has changed.")
    return re.sub(rf"^{UNRELEASED}$", f"{UNRELEASED}\n\n## {version} - {day:%Y-%m-%d}", text, flags=re.MULTILINE)


def unreleased(text: str) -> str:
    """What is written below Unreleased, without headings; "" where the section is missing."""
    found = re.search(rf"^{UNRELEASED}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return re.sub(r"^#+ .*$", "", found[1], flags=re.MULTILINE) if found else ""
