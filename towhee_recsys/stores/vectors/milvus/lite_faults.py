"""What is wrong with a Milvus Lite file, and what to do about it: one sentence or two for each fault."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from towhee_recsys.support.paths import file_identity, has_working_folder

INDEX_AGAIN = "`towhee-recsys index -c CONFIG`"

LOCKED = (
    "another process has it open, and only one can. For several processes, such as the workers of a web server, run a "
    "Milvus server and name it in milvus.uri, as in http://localhost:19530; or end the other process"
)
DELETED = (
    "the file was deleted while it was open. What was in it is lost to later processes: restore it from a copy, or "
    f"build it again with {INDEX_AGAIN}"
)
REPLACED = (
    "another file was put in its place while it was open. Nothing of this call was kept; repeat it: from now on the "
    "new file is used"
)
DAMAGED = (
    f"the file is damaged: cut short, or overwritten. Restore it from a copy, or delete it and run {INDEX_AGAIN} again"
)
FULL = "the disk is full. Nothing of this call is acknowledged: free space, and repeat it"

UNWRITABLE = "the file cannot be written. Check the disk, its quota and the limit of file sizes (ulimit -f)"

NO_PROCESS = "this user may start no more processes. End some, or raise the limit (ulimit -u)"

_CAUSES = {
    "database or disk is full": FULL,
    "No space left on device": FULL,
    "disk I/O error": UNWRITABLE,
    "malformed": DAMAGED,
    "file is not a database": DAMAGED,
    "file is encrypted": DAMAGED,
    "database is locked": "another program is writing to the file. Wait until it has ended, and repeat the call",
    "readonly database": "this user may not write to the file or its folder. Fix the permissions, or name another file",
    "unable to open database": "this user may not open or make the file. Fix the permissions, or name another file",
    os.strerror(errno.EAGAIN): NO_PROCESS,
    "start new thread": NO_PROCESS,
    os.strerror(errno.ENOMEM): "memory is lacking for its service. Free memory, and repeat the call",
    "Permission denied": "this user may not write to the folder. Fix the permissions, or name another file",
    "Operation not permitted": "nobody may write to the folder. Name another file in milvus.uri",
    "Read-only file system": "its file system is read-only. Name another file in milvus.uri",
}
"""What SQLite and the system call a fault, and our words for it with the cure."""

NEARLY_FULL = 2**20
"""Bytes that are left on a disk where a write without a known cause is put down to it."""

_SQLITE = re.compile(r"errs?: (.+)")


class FileError(Exception):
    """What is wrong with a file, and what to do about it; its caller adds which file it is, and the activity."""


def fault_in(log: str, path: Path, identity: tuple[int, int] | None) -> str | None:
    """The fault that lines of the service's log report, or None; `identity` is that of the file when it was opened."""
    errors = _SQLITE.findall(log)
    return fault(errors[-1], path, identity) if errors else None


def fault_without_log(path: Path, identity: tuple[int, int] | None) -> str:
    """The most probable fault where the service failed to write and logged nothing, by what the file system shows."""
    full = shutil.disk_usage(path.parent).free < NEARLY_FULL
    return fault("database or disk is full" if full else "disk I/O error", path, identity)


def fault(cause: str, path: Path, identity: tuple[int, int] | None = None) -> str:
    """What is wrong, and what to do, where `cause` is SQLite's or the system's name for it."""
    if identity is not None and file_identity(path) != identity:
        return REPLACED if path.exists() else DELETED
    if cause == os.strerror(errno.ENOENT) and not has_working_folder():  # libraries ask for it when they are imported
        return "the working folder does not exist any more. Change to another one"
    return next((words for text, words in _CAUSES.items() if text in cause), cause)


def is_cut_short(path: Path) -> bool:
    """Whether a SQLite file has fewer bytes than its header says, and no journal from which it would be restored."""
    journal = path.with_name(f"{path.name}-journal")
    with path.open("rb") as file:
        header = file.read(32)
    if journal.exists() or len(header) < 32:
        return 0 < len(header) < 32
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    return path.stat().st_size < (65536 if page == 1 else page) * pages


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped, as by SIGSTOP; False where the system does not say."""
    if sys.platform != "linux":
        return False
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] in "Tt"
    return False
