"""What a wheel and an sdist have to contain, and what must not be in them."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

PLACES = {"towhee_recsys": "towhee_recsys"} | {
    folder: f"towhee_recsys/{folder}" for folder in ("configs", "operators", "pipelines")
}
"""Where the folders of the checkout are in the wheel."""

DEVELOPMENT = (".ci", ".dockerignore", ".gitattributes", ".gitignore")
"""What is deliberately in no sdist: it only serves a clone."""

MADE = ("PKG-INFO", "setup.cfg")
"""What the build writes into an sdist, besides the egg-info folder."""

OLD_RATING = re.compile(rb"^\d+(?:::|,|\t)\d+(?:::|,|\t)[0-5](?:\.[05])?(?:::|,|\t)[89]\d{8}\r?$", re.MULTILINE)
"""A rating as MovieLens' files have them, with a time before September 2001. The sample's times are later."""

Files = dict[str, bytes]
"""The content of files by their path in an archive."""


def wheel_files(path: Path) -> Files:
    """The files of a wheel, except its metadata."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


def sdist_files(path: Path) -> Files:
    """The files of an sdist by their path below its folder, except those that the build has written."""
    with tarfile.open(path) as archive:
        members = {PurePosixPath(member.name): member for member in archive.getmembers() if member.isfile()}
        files = {"/".join(name.parts[1:]): read(archive, member) for name, member in members.items()}
    return {name: content for name, content in files.items() if name not in MADE and ".egg-info/" not in name}


def read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The content of a file in an archive."""
    file = archive.extractfile(member)
    return file.read() if file else b""


def expected_in_wheel(tracked: Iterable[str]) -> set[str]:
    """The paths in the wheel of the tracked files that belong to the package."""
    folders = ((name, *name.partition("/")[::2]) for name in tracked)
    return {f"{PLACES[folder]}/{rest}" for _, folder, rest in folders if folder in PLACES}


def expected_in_sdist(tracked: Iterable[str]) -> set[str]:
    """The tracked files that belong into the sdist: all but DEVELOPMENT."""
    return {name for name in tracked if name.partition("/")[0] not in DEVELOPMENT}


def problems(files: Files, expected: set[str], places: Iterable[str]) -> Iterator[str]:
    """Yields what is wrong with an archive, a sentence each; `places` are folders of the building machine."""
    yield from (f"{name} is missing" for name in sorted(expected - set(files)))
    yield from (f"{name} is no tracked file" for name in sorted(set(files) - expected))
    for name, content in files.items():
        if name.startswith("/") or ".." in PurePosixPath(name).parts:
            yield f"{name} lies outside of the archive"
        if len(OLD_RATING.findall(content)) >= 20:
            yield f"{name} has ratings of MovieLens, which must not be redistributed"
        yield from (f"{name} contains the path {place}" for place in places if place.encode() in content)
