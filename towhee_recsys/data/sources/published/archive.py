"""The dataset's files out of an untrusted zip archive."""

from __future__ import annotations

import errno
import shutil
import stat
from functools import partial
from pathlib import Path, PureWindowsPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from towhee_recsys.config.published import Published
from towhee_recsys.errors import DatasetError
from towhee_recsys.support.files import write_file

MOST_MEMBERS = 100


def unpack(archive: Path, folder: Path, published: Published) -> None:
    """Puts the files of the dataset `published` that are in `archive` into `folder`.

    Raises:
        DatasetError: the archive is damaged, lacks a file or has it twice; it holds links or names that lead
            out of a folder; it has more than 100 members, or its files more than `published.most_bytes`.
        OSError: the disk refused the files.
    """
    try:
        with ZipFile(archive) as opened:
            _check_members(opened.infolist())
            wanted = _wanted(opened.infolist(), published)
            _check_size(wanted, published.most_bytes)
            for name, member in wanted.items():
                with opened.open(member) as content:
                    write_file(folder / name, partial(shutil.copyfileobj, content))
    except Exception as error:  # zipfile lets a dozen kinds through when bytes are damaged
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # only the disk's own have another number
        raise DatasetError(f"{archive} is not unpacked: {error}; delete it and try again") from error


def _check_members(members: list[ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise BadZipFile(f"it has {len(members):,} members, more than {MOST_MEMBERS}")
    for member in members:
        name = PureWindowsPath(member.filename)  # it knows both slashes and drive letters
        if name.anchor or ".." in name.parts:
            raise BadZipFile(f"its member {member.filename!r} leads out of the folder")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise BadZipFile(f"its member {member.filename!r} is a link")


def _check_size(members: dict[str, ZipInfo], most_bytes: int) -> None:
    size = sum(member.file_size for member in members.values())
    if size > most_bytes:
        raise BadZipFile(f"it unpacks to {size:,} bytes, more than {most_bytes:,}")


def _wanted(members: list[ZipInfo], published: Published) -> dict[str, ZipInfo]:
    """The members to unpack, by base name."""
    found: dict[str, ZipInfo] = {}
    for member in members:
        name = PureWindowsPath(member.filename).name
        if member.is_dir() or name not in (*published.files, *published.more):
            continue
        if name in found:
            raise BadZipFile(f"it has {name} twice")
        found[name] = member
    if lacking := [name for name in published.files if name not in found]:
        raise BadZipFile(f"it lacks {', '.join(lacking)}")
    return found
