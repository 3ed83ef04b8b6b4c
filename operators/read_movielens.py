"""Reading movies in MovieLens' format."""

from __future__ import annotations

from towhee import register

from towhee_recsys.operators.read_items import ReadItems


@register(name="towhee_recsys/read_movielens")
class ReadMovielens(ReadItems):
    """A folder with `movies.dat`, or that file, to lists of movie records, one after the other: for `flat_map`.

        pipe.input("path").flat_map("path", "movies", ops.towhee_recsys.read_movielens(chunk_size=500))

    A record is `{"movie_id": int, "title": str, "year": int | None, "genres": list[str]}`. `strict`, `max_bad_share`
    and `encoding` are the dataset's settings of these names.

    Raises:
        DatasetError: a file cannot be read, or has bad lines.
    """

    def __init__(
        self, chunk_size: int = 500, strict: bool = True, max_bad_share: float = 0.01, encoding: str = "latin-1"
    ):
        reading = {"strict": strict, "max_bad_share": max_bad_share, "encoding": encoding}
        super().__init__({"format": "movielens", **reading}, chunk_size)
