"""A Milvus Lite file where nothing can be written."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors import open_index


@pytest.mark.skipif(sys.platform != "linux", reason="not even root can create a file in its /sys")
@pytest.mark.parametrize("folder", [Path("/sys"), Path("/sys/new")])
def test_a_folder_that_cannot_be_written(folder):
    uri = str(folder / "movies.db")
    message = (
        rf"the Milvus Lite file {re.escape(repr(uri))} cannot be opened: "
        r"(this user may not|nobody may) write to the folder\. .*[Nn]ame another file( in milvus\.uri)?\."
    )
    with pytest.raises(StoreError, match=f"^{message}$"):
        open_index(uri, "items")
