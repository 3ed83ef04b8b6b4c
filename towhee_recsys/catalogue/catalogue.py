"""The one interface of all catalogues, and the way to one by its URL."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypedDict

from towhee_recsys.config import expand_env
from towhee_recsys.errors import StoreError

_open: dict[Path, Catalogue] = {}
_lock = threading.Lock()


class Movie(TypedDict):
    """The facts of a movie; `title` without its year, `year` None where it is not known."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]


class Catalogue(Protocol):
    """Movies by id, in versions; a version is named after the build of the index that it belongs to,
    `<collection>__<...>`, and one version of each collection is live. Safe under threads; raises StoreError.
    """

    def write(self, movies: Sequence[Movie], version: str) -> None:
        """Adds movies to a version, in place of older ones with their ids."""
        ...

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step, and drops the collection's others."""
        ...

    def get(self, ids: Sequence[int], version: str | None = None) -> list[Movie | None]:
        """The facts of each of `ids`, in their order, None where there are none; one round trip.

        They are those of `version`, else the live ones of its collection; without a version the last published.
        """
        ...

    def must_have_movies(self) -> None:
        """Raises StoreError when nothing was published yet."""
        ...


def open_catalogue(url: str) -> Catalogue:
    """The catalogue at `url`, opened once a process: `sqlite:///FILE` (relative) or `sqlite:////FILE` (absolute).

    Raises StoreError for another kind of URL, or when it cannot be opened.
    """
    from towhee_recsys.catalogue.sqlite import SqliteCatalogue

    path = check_url(url)
    with _lock:
        if path not in _open:
            _open[path] = SqliteCatalogue(path, url)
        return _open[path]


def check_url(url: str) -> Path:
    """The file that `url` names; nothing is opened or made. Raises StoreError for another kind of URL."""
    kind, separator, rest = expand_env(url).partition("://")
    if kind != "sqlite" or not rest.startswith("/") or rest == "/":
        shown = f"{kind}://..." if separator else url  # the rest of it may hold a password
        raise StoreError(f"catalogue {shown!r}: this kind of URL is not known. Accepted: sqlite:///FILE.")
    return Path(rest[1:]).expanduser().resolve()
