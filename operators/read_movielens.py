"""Reading movies in MovieLens' format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from towhee import register


@register(name="towhee_recsys/read_movielens")
class ReadMovielens:
    """A folder with `movies.dat`, or that file, to lists of movie records, one after the other: for `flat_map`.

        pipe.input("path").flat_map("path", "movies", ops.towhee_recsys.read_movielens(chunk_size=500))

    A record is `{"movie_id": int, "title": str, "year": int | None, "genres": list[str]}`. `strict`, `max_bad_share`
    and `encoding` are the dataset's settings of these names. Raises DatasetError.
    """

    def __init__(
        self, chunk_size: int = 500, strict: bool = True, max_bad_share: float = 0.01, encoding: str = "latin-1"
    ):
        self._chunk_size = chunk_size
        self._reading: dict[str, Any] = {"strict": strict, "max_bad_share": max_bad_share, "encoding": encoding}

    def __call__(self, path: str) -> Iterator[list[dict[str, Any]]]:
        """Lists of at most `chunk_size` movies."""
        from towhee_recsys.data import iter_movies

        return iter_movies(path, self._chunk_size, **self._reading)
