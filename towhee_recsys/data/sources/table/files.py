"""Where the tables lie, and their bytes and texts, decompressed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from towhee_recsys.config import DataSchema
from towhee_recsys.config.table_file import TableFile
from towhee_recsys.errors import DatasetError, close_match

SEPARATORS = {".csv": ",", ".tsv": "\t"}
FORMATS = (*SEPARATORS, ".jsonl", ".ndjson", ".json", ".parquet")

FOLDER = "dataset.path, or to the working folder where that is left out"
"""What the paths of a config are relative to."""

ARCHIVES = {b"PK\x03\x04": "an Excel or ZIP file", b"\xd0\xcf\x11\xe0": "an old Excel file"}
"""What files are that begin with these bytes."""


def path_of(schema: DataSchema, table: str) -> Path | None:
    """The file of `table` (users, items or interactions); None where none is declared."""
    path = getattr(schema, table).path
    return None if path is None else Path(schema.path or "", os.path.expanduser(path))


def suffix_of(path: Path) -> str:
    """The last suffix before that of a compression, such as `.csv` of `orders.CSV.gz`; empty for a name without one."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in OPENERS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def format_of(path: Path, layout: TableFile) -> str:
    """The suffix that names the format of `path`, such as `.csv` of `orders.csv.gz`.

    With a separator in `layout`, a file with any other suffix is read like `.csv`.

    Raises:
        DatasetError: it is not one of `FORMATS`, or `layout` is one of files in text and the format is not.
    """
    suffix = suffix_of(path)
    if suffix in FORMATS:
        _refuse_layout(path, suffix, layout)
        return suffix
    if layout.separator is not None:
        return ".csv"
    raise DatasetError(
        f"{path}: given a file {'of the format ' + repr(suffix) if suffix else 'without a suffix'}, "
        f"accepted: {', '.join(FORMATS)}, also followed by {', '.join(OPENERS)}; or any text with a `separator`"
    )


def _refuse_layout(path: Path, suffix: str, layout: TableFile) -> None:
    given = [name for name in ("separator", "columns", "skip_lines") if getattr(layout, name)]
    if given and suffix not in SEPARATORS:
        raise DatasetError(
            f"{path}: {' and '.join(given)} given for a file of the format {suffix!r}, accepted: for files in text "
            f"only, such as {', '.join(SEPARATORS)}. Leave out {' and '.join(given)}, or name another file"
        )


def must_exist(path: Path, key: str, layout: TableFile, start: str = FOLDER) -> None:
    """Refuses a path that is not a file.

    Args:
        path: The path.
        key: The setting or argument that names it.
        layout: How its text is laid out.
        start: What relative paths start from.

    Raises:
        DatasetError: there is no such file, or its format is not known.
    """
    format_of(path, layout)
    if os.path.isfile(path):  # False where it cannot be seen, too
        return
    is_folder = os.path.isdir(path)
    hint = "" if is_folder else close_match(path.name, _neighbours(path))
    raise DatasetError(
        f"{path} {'is a folder' if is_folder else 'does not exist'} (seen from {Path().resolve()}).{hint} Set {key} to "
        f"the file; paths are relative to {start}"
    )


def _neighbours(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path.parent))
    except OSError:
        return []


@contextmanager
def open_binary(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of the file, decompressed.

    Raises:
        DatasetError: the file cannot be read or decompressed.
    """
    try:
        with OPENERS.get(path.suffix.lower(), _plain)(path) as file:
            yield file
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        if getattr(error, "errno", None) is not None:
            raise DatasetError(f"{path} cannot be read: {error.strerror}") from error  # type: ignore[union-attr]
        raise DatasetError(f"{path} cannot be decompressed: {error}; copy it again from where it came") from error


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The text of the file, decompressed, without a byte order mark and with its own line ends.

    Raises:
        DatasetError: as `open_binary`, or the bytes are not text in `encoding`.
    """
    try:
        with (
            open_binary(path) as file,
            io.TextIOWrapper(file, "utf-8-sig" if encoding == "utf-8" else encoding, newline="") as text,
        ):
            yield text
    except UnicodeDecodeError as error:
        if archive := archive_of(path):
            raise archive from error
        cure = "save the file as UTF-8, or set dataset.encoding: latin-1"
        raise DatasetError(f"{path}:{_line_that_is_not_utf8(path)}: the text is not UTF-8; {cure}") from error


def archive_of(path: Path) -> DatasetError | None:
    """The error where the file is no text but a workbook or an archive; None where it is neither."""
    with open_binary(path) as file:
        kind = ARCHIVES.get(file.read(4))
    if kind is None:
        return None
    return DatasetError(f"{path}: given {kind}, accepted: text; export the table as CSV, and name that file")


def _line_that_is_not_utf8(path: Path) -> int:
    with open_binary(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


def _zstandard(path: Path) -> Any:
    import pyarrow

    return pyarrow.CompressedInputStream(pyarrow.OSFile(str(path)), "zstd")


OPENERS: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.GzipFile,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": _zstandard,
}
"""What decompresses a file, by its last suffix."""
