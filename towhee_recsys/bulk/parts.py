"""A file that is made of parts, which survive a kill: a later run with the same parameters makes the rest."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from filelock import FileLock, Timeout

from towhee_recsys.errors import QueryError, RecsysError
from towhee_recsys.support.files import write_file
from towhee_recsys.support.output_file import OutputFile

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = (".parquet", ".jsonl", ".csv")
"""The suffixes of files that can be written."""

FINGERPRINT, LOCK = "fingerprint", "lock"
"""The files in the folder of parts: the fingerprint of the parameters that they were made with, and a lock."""


class PartsFile:
    """A file, and the folder `FILE.parts` in which its parts are collected.

    Args:
        path: The file, with one of the suffixes of `FORMATS`.

    Raises:
        QueryError: the suffix is another one.
        RecsysError: the file cannot be written where it is to be.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if self.path.suffix not in FORMATS:
            raise QueryError(f"the output {self.path}: given {self.path.suffix!r}, accepted: {', '.join(FORMATS)}.")
        self._output = OutputFile(self.path, "output")
        self._output.check()
        self.folder = self.path.with_name(f"{self.path.name}.parts")

    @contextmanager
    def open(self, fingerprint: str) -> Iterator[None]:
        """Removes parts that were made with another fingerprint. Within the block no other process writes parts.

        Raises:
            RecsysError: another process writes parts.
        """
        self.folder.mkdir(exist_ok=True)
        lock = FileLock(self.folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            cure = "Wait until it has ended, or name another file."
            raise RecsysError(f"another process writes {self.path}. {cure}") from None
        try:
            kept = self.folder / FINGERPRINT
            if not kept.is_file() or kept.read_text() != fingerprint:
                self._clear()
                write_file(kept, fingerprint.encode())
            yield
        finally:
            lock.release()

    def _clear(self) -> None:
        for file in self.folder.iterdir():
            if file.name != LOCK:
                file.unlink()

    def rows(self, name: str) -> int | None:
        """The rows of a part; None where it was not made yet."""
        import pyarrow.parquet as pq

        part = self.folder / f"{name}.parquet"
        return int(pq.read_metadata(part).num_rows) if part.is_file() else None

    def write(self, name: str, table: pa.Table) -> None:
        """Writes a part, completely or not at all."""
        import pyarrow.parquet as pq

        write_file(self.folder / f"{name}.parquet", lambda file: pq.write_table(table, file))

    def join(self, names: Sequence[str]) -> None:
        """Writes the file from its parts, one at a time, and removes them.

        Raises:
            RecsysError: it cannot be written; an earlier file stays as it was.
        """
        import pyarrow.parquet as pq

        tables = (pq.read_table(self.folder / f"{name}.parquet") for name in names)
        self._output.write(lambda file: _WRITERS[self.path.suffix](file, tables))
        shutil.rmtree(self.folder, ignore_errors=True)


def _write_parquet(file: BinaryIO, tables: Iterator[pa.Table]) -> None:
    import pyarrow.parquet as pq

    first = next(tables)
    with pq.ParquetWriter(file, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _write_json_lines(file: BinaryIO, tables: Iterator[pa.Table]) -> None:
    for table in tables:
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist())
        file.write("".join(lines).encode())


def _write_csv(file: BinaryIO, tables: Iterator[pa.Table]) -> None:
    for number, table in enumerate(tables):
        table.to_pandas().to_csv(file, index=False, header=number == 0, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)


_WRITERS: dict[str, Any] = {".parquet": _write_parquet, ".jsonl": _write_json_lines, ".csv": _write_csv}
