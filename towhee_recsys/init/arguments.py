"""The arguments that name tables: they are files, not URLs."""

from __future__ import annotations

import re
from pathlib import Path

from towhee_recsys.errors import DatasetError
from towhee_recsys.support.urls import shown_text

ARGUMENTS = {"interactions": "INTERACTIONS", "items": "--items", "users": "--users"}
"""The argument of `init` that names each table."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+")


def must_be_no_url(path: Path, argument: str) -> None:
    """Refuses a URL, without showing its password; `argument` is what names the file.

    Raises:
        DatasetError: the path begins like a URL, such as `mysql://`.
    """
    if found := _SCHEME.match(str(path)):
        url = f"{found[1]}://{str(path)[found.end() :]}"  # a Path has one slash for two
        raise DatasetError(
            f"{argument}: given the URL {shown_text(url)}, accepted: a file. Export the table to a CSV file; or write "
            "a config yourself, whose interactions.sql, items.sql and users.sql read from a database"
        )
