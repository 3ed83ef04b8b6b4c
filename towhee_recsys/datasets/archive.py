"""The dataset's files out of a zip archive that nobody vouches for."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path, PureWindowsPath
from zipfile import ZipFile, ZipInfo

from towhee_recsys.datasets.folder import FILES
from towhee_recsys.errors import DatasetError

MOST_MEMBERS = 100
MOST_BYTES = 200 * 2**20


def unpack(archive: Path, folder: Path) -> None:
    """Put movies.dat, users.dat and ratings.dat (and README, if there is one) of `archive` into `folder`.

    Raises:
        DatasetError: the archive is damaged, lacks a file or has it twice; it holds links or names that lead
            out of a folder; it unpacks to more than 100 members or 200 MiB.
        OSError: the disk refused the files.
    """
    try:
        with ZipFile(archive) as opened:
            _refuse_tricks(opened.infolist())
            members = _wanted(opened.infolist())
            contents = {name: opened.open(member) for name, member in members.items()}
            for name, content in contents.items():
                with content, (folder / name).open("wb") as file:
                    shutil.copyfileobj(content, file)
    except (DatasetError, OSError):
        raise
    except Exception as error:  # zipfile lets a dozen kinds through when bytes are damaged
        raise DatasetError(f"{archive} is damaged ({error}); delete it and try again") from error


def _refuse_tricks(members: list[ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise DatasetError(f"the archive has {len(members):,} members, more than {MOST_MEMBERS}: refused")
    size = sum(member.file_size for member in members)
    if size > MOST_BYTES:
        raise DatasetError(f"the archive unpacks to {size:,} bytes, more than {MOST_BYTES:,}: refused")
    for member in members:
        name = PureWindowsPath(member.filename)  # it knows both slashes and drive letters
        if name.anchor or ".." in name.parts:
            raise DatasetError(f"the archive's member {member.filename!r} leads out of its folder: refused")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DatasetError(f"the archive's member {member.filename!r} is a link: refused")


def _wanted(members: list[ZipInfo]) -> dict[str, ZipInfo]:
    """The members to unpack, by base name."""
    found: dict[str, ZipInfo] = {}
    for member in members:
        name = PureWindowsPath(member.filename).name
        if member.is_dir() or name not in (*FILES, "README"):
            continue
        if name in found:
            raise DatasetError(f"the archive has {name} twice: refused")
        found[name] = member
    lacking = [name for name in FILES if name not in found]
    if lacking:
        raise DatasetError(f"the archive lacks {', '.join(lacking)}: refused")
    return found
