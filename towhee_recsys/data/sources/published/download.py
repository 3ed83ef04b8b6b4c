"""The download of MovieLens 1M: checked before it is unpacked, in place whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from towhee_recsys.config import DataSchema
from towhee_recsys.data.sources.movielens import folder as folders
from towhee_recsys.data.sources.published.archive import unpack
from towhee_recsys.data.sources.published.transfer import SourceError, fetch
from towhee_recsys.errors import DatasetError

SOURCES = (
    "https://files.grouplens.org/datasets/movielens/ml-1m.zip",
    "https://dataset.bj.bcebos.com/movielens%2Fml-1m.zip",
)
"""GroupLens, and the mirror that PaddlePaddle's own datasets use: byte for byte the same archive."""

MD5 = "c4d9eecfca2ab87c1945afe126590906"

TERMS = """\
MovieLens 1M is the University of Minnesota's (GroupLens), for research use: without their permission it is neither
redistributed nor used commercially, their endorsement is not implied, and publications cite it:
F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context.
ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"""

logger = logging.getLogger("towhee_recsys.data")


def download_dataset(schema: DataSchema, *, sources: Sequence[str] = SOURCES, md5: str = MD5) -> Path:
    """The folder with the three files of `schema`; ml-1m is downloaded into it where `schema` says so.

    Raises:
        DatasetError: files are missing and may not be downloaded, no source gave the archive with the checksum `md5`,
            or the disk refused it.
    """
    folder = Path(str(schema.path))
    if not folders.missing(folder):
        return folder
    if not (schema.download and schema.name == folders.PUBLISHED) or os.path.isfile(folder):
        raise DatasetError(folders.complaint(folder, schema))
    try:
        _download(folder.resolve(), sources, md5)
    except OSError as error:
        if folders.missing(folder):  # else another process was quicker
            raise DatasetError(f"{folder} cannot be written: {error.strerror or error}; {folders.GIVE_PATH}") from error
    return folder


def _download(folder: Path, sources: Sequence[str], md5: str) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        lacking = ", ".join(folders.missing(folder))
        raise DatasetError(f"{folder} lacks {lacking} but is not empty; move it away, or {folders.GIVE_PATH}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    archive = folder.parent / "ml-1m.zip.part"
    if not _has_md5(archive, md5):
        _fetch_from_any(sources, archive, md5)
    _put_in_place(archive, folder)
    archive.unlink()
    logger.info("MovieLens 1M is in %s", folder)
    print(TERMS, file=sys.stderr)  # downloading accepts them, with logging set up or without


def _fetch_from_any(sources: Sequence[str], archive: Path, md5: str) -> None:
    causes = []
    for url in sources:
        try:
            return _fetch_checked(url, archive, md5)
        except SourceError as error:
            causes.append(f"\n- {url}: {error}")
    raise DatasetError(
        f"MovieLens 1M could not be downloaded:{''.join(causes)}\n"
        f"Try again when the network is there (the download resumes where it stopped), or {folders.GIVE_PATH}"
    )


def _fetch_checked(url: str, archive: Path, md5: str) -> None:
    resumed = archive.is_file()
    fetch(url, archive)
    if _has_md5(archive, md5):
        return
    archive.unlink(missing_ok=True)
    if not resumed:
        raise SourceError("wrong checksum, so it is not the published archive")
    _fetch_checked(url, archive, md5)  # from its start: the piece that lay there may have been to blame


def _put_in_place(archive: Path, folder: Path) -> None:
    """Unpack beside `folder`, then rename: readers see the whole folder or none."""
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed here
    try:
        beside.mkdir()
        unpack(archive, beside)
        if folder.is_dir():
            folder.rmdir()  # it is empty; Windows renames nothing onto it
        os.replace(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _has_md5(file: Path, md5: str) -> bool:
    if not file.is_file():
        return False
    digest = hashlib.md5(usedforsecurity=False)
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == md5
