"""One line for each check, independent of the others."""

from __future__ import annotations

import pytest

from towhee_recsys.errors import StoreError
from towhee_recsys.lifecycle.doctor.findings import Concern, Finding, Findings


def fail(error: Exception):
    def look():
        raise error

    return look


@pytest.mark.parametrize(
    ("error", "state", "text"),
    [
        (StoreError("it is down. Start it."), "failed", "it is down. Start it."),
        (StoreError("- one\n- two"), "failed", "one; two"),
        (Concern("look\nafter it"), "warning", "look; after it"),
        (
            PermissionError(13, "Permission denied", "x.npz"),
            "failed",
            "x.npz: Permission denied. Fix its permissions, or name another file.",
        ),
        (OSError(), "failed", "a file: cannot be read. Fix its permissions, or name another file."),
        (KeyError("s3cret"), "failed", "an unexpected KeyError. Please report it."),
    ],
)
def test_whatever_a_check_raises_is_a_line(error, state, text):
    found = Findings()
    found.check("it", fail(error))
    assert found == [Finding("it", state, text)]


def test_what_waits_for_a_failure_is_not_checked_and_all_else_is():
    found = Findings()
    found.check("a", fail(StoreError("no.")))
    found.check("b", lambda: "fine", ["a"])
    found.check("c", lambda: "fine", ["a", "b", "d"])
    found.check("d", fail(Concern("well.")))
    found.check("e", lambda: "fine", ["d"])
    assert [(each.check, each.state, each.text) for each in found] == [
        ("a", "failed", "no."),
        ("b", "not checked", "needs a"),
        ("c", "not checked", "needs a and b"),
        ("d", "warning", "well."),
        ("e", "ok", "fine"),
    ]
