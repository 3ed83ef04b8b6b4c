"""Recommendations for many users into a file, block by block."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from towhee_recsys.bulk.block import RecommendBlock, UserBlock, forget_items
from towhee_recsys.bulk.items import FACTS, save_items
from towhee_recsys.bulk.parts import PartsFile
from towhee_recsys.bulk.users import Record, count_users, user_blocks, user_id_type
from towhee_recsys.bundle import Bundle, load_bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.engines import Engine, EngineName, open_engine
from towhee_recsys.errors import EngineError, QueryError
from towhee_recsys.features.liked import GIVEN_FIELDS
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.requests import item_finder, user_request_reader
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import index_of, is_shared
from towhee_recsys.support.progress import progress_bar
from towhee_recsys.version import __version__

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 4096
"""Users of a block: what a kill may lose, and what is in memory at a time for each worker."""


@dataclass(frozen=True)
class BulkAnswers:
    """What was written.

    Attributes:
        file: The file.
        model_id: The model that answered.
        build: The build whose items are recommended.
        users: How many users were answered.
        rows: How many recommendations they got.
        resumed: How many of the users an earlier run had answered.
    """

    file: str
    model_id: str
    build: str
    users: int
    rows: int
    resumed: int


def recommend_all(
    config: Config | str,
    users: str | Path | pd.DataFrame,
    file: str | Path,
    *,
    top_k: int | None = None,
    engine: EngineName = "local",
    address: str | None = None,
    workers: int | None = None,
    block_size: int = BLOCK,
    progress: bool | None = False,
    **options: Any,
) -> BulkAnswers:
    """Recommends items to many users, and writes a row for each recommendation into a file.

    The items are those that `recommend_pipeline` would recommend, by exact scores: matrix products over the vectors of
    the live build, which are read once. All answers come from the model and the build that are live when the call
    begins. Finished blocks of users are kept in `FILE.parts`; the next call with the same model, build, options and
    hidden items continues with the others; a call with any other of these starts from the beginning.

    Args:
        config: The config of a trained and indexed recommender, or its name or file.
        users: `all` for the users that the model knows; or a CSV, TSV, JSON lines or Parquet file, or a data frame,
            with the column of the users' ids and any of their other columns; where these are not texts as in a CSV
            file, also with `liked`, `disliked` and `include_seen`.
        file: The file, which ends in .parquet, .jsonl or .csv.
        top_k: How many items each user gets; left out, as in the config.
        engine: `local`, or `ray`.
        address: That of a Ray cluster; left out, one is started on this machine.
        workers: How many processes work at once; see `open_engine`.
        block_size: How many users are answered at a time.
        progress: Whether a bar is shown; None shows it on a terminal.
        options: What else the requests have: `offset`, `filter`, `exclude`, `only`, `max_std`, `include_seen` and
            `diversity`.

    Returns:
        What was written. The columns of the file are the users' id, `rank` from 1, the item's id, `score` (cosine, or
        relative popularity where nothing is known of the user) and, where the model predicts ratings,
        `predicted_rating` and `predicted_rating_std`; users are in the order of `users`.

    Raises:
        QueryError: a user or an option is not acceptable, or the file has another suffix.
        DatasetError: the file with the users cannot be read.
        IndexMismatchError: there is no index, or its model is not here.
        EngineError: the engine cannot be used, or its workers die again and again.
        RecsysError: the file cannot be written, or another process writes it.
    """
    settings: dict[str, Any] = {} if top_k is None else {"top_k": top_k}
    run = Run(load_config(config, **settings), users, options, block_size)
    parts = PartsFile(file)
    with (
        parts.open(run.fingerprint),
        open_engine(engine, address, workers) as opened,
        progress_bar(progress, desc="recommend", unit="user", total=count_users(users, run.bundle)) as bar,
    ):
        alone = engine == "local" and workers in (None, 1)
        function = run.function(opened, parts.folder, threads=None if alone else 1)
        answered = _Answered(parts)
        for number, table in opened.map(function, answered.missing(run.blocks(), bar.update)):
            bar.update(answered.add(number, table))
        parts.join(answered.names)
    forget_items()
    return BulkAnswers(
        str(file), run.bundle.model_id, run.record.build, answered.users, answered.rows, answered.resumed
    )


class _Answered:
    """Which blocks are answered, with their names in order, and how many users and recommendations that are."""

    def __init__(self, parts: PartsFile):
        self.names: list[str] = []
        self.users = self.rows = self.resumed = 0
        self._parts, self._sizes = parts, dict[int, int]()

    def missing(self, blocks: Iterator[UserBlock], on_resumed: Any) -> Iterator[UserBlock]:
        """The blocks that no earlier run has answered; `on_resumed` gets the number of users of each other one."""
        for block in blocks:
            self.names.append(f"{block.number:08d}-{_digest(block.users)}")
            rows = self._parts.rows(self.names[-1])
            if rows is None:
                self._sizes[block.number] = len(block.users)
                yield block
            else:
                self._count(len(block.users), rows)
                self.resumed += len(block.users)
                on_resumed(len(block.users))

    def add(self, number: int, table: Any) -> int:
        """Keeps what was answered for a block; returns the number of its users."""
        self._parts.write(self.names[number], table)
        users = self._sizes.pop(number)
        self._count(users, table.num_rows)
        return users

    def _count(self, users: int, rows: int) -> None:
        self.users += users
        self.rows += rows


class Run:
    """What a run does: the published model and its build, the request, and the users.

    Raises:
        QueryError: an option is not acceptable.
        IndexMismatchError: there is no index, or its model is not here.
    """

    def __init__(self, config: Config, users: Any, options: Mapping[str, Any], block_size: int = BLOCK):
        if options.get("explain"):
            raise QueryError("explain: given true, accepted: false. Reasons are for single requests.", "explain")
        if block_size < 1:
            raise QueryError(f"block_size: given {block_size}, accepted: a whole number from 1.", "block_size")
        published = PublishedModel(config)
        index = index_of(config.milvus, create=False)
        self.record = index.live()
        self.bundle: Bundle = load_bundle(published.folder(self.record))
        find = item_finder(self.bundle, open_catalogue(config.catalogue), index)
        rules = config.requests.model_dump()
        self._config, self._users, self._size = config, users, block_size
        self._options = {name: value for name, value in options.items() if value is not None}
        self._read = user_request_reader(self.bundle, find, config.top_k, config.include_seen, rules)
        self._request = replace(self._read({"user": {}, **self._options})[1], explain=False)

    @property
    def fingerprint(self) -> str:
        """A hash of all that the answers depend on, except the users and their events."""
        where = self._request.where
        only = sorted(map(str, where.only or ())) if where else []
        request = [repr(replace(self._request, where=None)), repr(where.clauses) if where else "", only]
        build = [self.record.build, self.record.content_hash, self.bundle.model_id]
        hidden = sorted(map(str, feedback_of(self._config).hidden()))
        return _digest([__version__, build, request, hidden, self._config.unknown_user, self._size])

    def function(self, engine: Engine, folder: Path, threads: int | None = None) -> RecommendBlock:
        """What an engine applies to blocks. Where its workers see the files of this machine, the items are in files.

        Raises:
            EngineError: the workers are on other machines, and the index is in a file.
        """
        milvus, config = self._config.milvus, self._config
        function = RecommendBlock(
            model_dir=os.path.abspath(self.bundle.directory),
            record=self.record,
            uri=milvus.uri,
            access=json.dumps(milvus.access.model_dump()),
            feedback=config.feedback_url,
            history=config.history_url,
            unknown_user=config.unknown_user,
            request=self._request,
            user_type=user_id_type(self.bundle),
            threads=threads,
        )
        if not engine.is_local:
            if is_shared(milvus.uri):
                return function
            raise EngineError("workers on other machines cannot read a Milvus Lite file. Set milvus.uri to a server.")
        if not (folder / FACTS).is_file():
            save_items(function.items(folder), folder)
        return replace(function, folder=os.path.abspath(folder))

    def blocks(self) -> Iterator[UserBlock]:
        """The users, `block_size` at a time. Errors are raised during the iteration.

        Raises:
            DatasetError: the users cannot be read.
            QueryError: a user is not acceptable.
        """
        first = 0
        for number, users in enumerate(user_blocks(self._users, self.bundle, self._size)):
            requests, records = {}, list[Record]()
            for row, user in enumerate(users):
                if any(field in user for field in GIVEN_FIELDS):
                    user, requests[row] = self._own_request(user, first + row + 1)
                records.append(user)
            yield UserBlock(number, first, records, requests)
            first += len(users)

    def _own_request(self, user: Record, row: int) -> tuple[Record, Any]:
        try:
            return self._read({"user": user, **self._options})
        except QueryError as error:
            raise QueryError(f"users, row {row}: {error}", error.field, error.accepted) from None


def _digest(value: Any) -> str:
    return hashlib.sha256(to_json(value, fallback=repr)).hexdigest()[:32]
