"""The download of published datasets: checked before they are unpacked, in place whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from towhee_recsys.config import DataSchema, is_published
from towhee_recsys.config.published import PUBLISHED, Published
from towhee_recsys.data.sources.published import folder as folders
from towhee_recsys.data.sources.published.archive import unpack
from towhee_recsys.data.sources.published.transfer import SourceError, fetch, fetch_md5
from towhee_recsys.errors import DatasetError

logger = logging.getLogger("towhee_recsys.data")


def download_dataset(schema: DataSchema, files: Sequence[str], published: Published | None = None) -> Path:
    """The folder with the `files` of `schema`; the dataset is downloaded into it where `schema` says so.

    `published` is by default the one of its name.

    Raises:
        DatasetError: files are missing and may not be downloaded, no address gave the archive with its checksum, or
            the disk refused it.
    """
    folder = Path(str(schema.path))
    if not folders.missing(folder, files):
        return folder
    if not (schema.download and is_published(schema)) or os.path.isfile(folder):
        raise DatasetError(folders.complaint(folder, files, schema))
    try:
        _download(folder.resolve(), schema.name, published or PUBLISHED[schema.name])
    except OSError as error:
        if folders.missing(folder, files):  # else another process was quicker
            raise DatasetError(f"{folder} cannot be written: {error.strerror or error}; {folders.GIVE_PATH}") from error
    return folder


def _download(folder: Path, name: str, published: Published) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        lacking = ", ".join(folders.missing(folder, published.files))
        raise DatasetError(f"{folder} lacks {lacking} but is not empty; move it away, or {folders.GIVE_PATH}")
    print(published.terms, file=sys.stderr)  # downloading accepts them, with logging set up or without
    folder.parent.mkdir(parents=True, exist_ok=True)
    archive = folder.parent / f"{name}.zip.part"
    if not _has_md5(archive, published.md5):
        _fetch_from_any(published, archive)
    _put_in_place(archive, folder, published)
    archive.unlink()
    logger.info("%s is in %s", published.title, folder)


def _fetch_from_any(published: Published, archive: Path) -> None:
    causes = []
    for url in published.urls:
        try:
            return _fetch_checked(url, archive, published.md5 or fetch_md5(f"{url}.md5"))
        except SourceError as error:
            causes.append(f"\n- {url}: {error}")
    raise DatasetError(
        f"{published.title} could not be downloaded:{''.join(causes)}\n"
        f"Try again when the network is there (the download resumes where it stopped), or {folders.GIVE_PATH}"
    )


def _fetch_checked(url: str, archive: Path, md5: str) -> None:
    resumed = archive.is_file()
    if not _has_md5(archive, md5):
        fetch(url, archive)
    if _has_md5(archive, md5):
        return
    archive.unlink(missing_ok=True)
    if not resumed:
        raise SourceError("wrong checksum, so it is not the published archive")
    _fetch_checked(url, archive, md5)  # from its start: the piece that was there may have been damaged


def _put_in_place(archive: Path, folder: Path, published: Published) -> None:
    """Unpack beside `folder`, then rename: readers see the whole folder or none."""
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed here
    try:
        beside.mkdir()
        unpack(archive, beside, published)
        if folder.is_dir():
            folder.rmdir()  # it is empty; Windows renames nothing onto it
        os.replace(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _has_md5(file: Path, md5: str | None) -> bool:
    if md5 is None or not file.is_file():
        return False
    digest = hashlib.md5(usedforsecurity=False)
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == md5
