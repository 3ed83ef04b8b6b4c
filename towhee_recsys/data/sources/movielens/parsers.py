"""MovieLens' format: one parser a file, from a line's text to a checked row.

`movies.dat` has `id::title (year)::genre|genre`, `users.dat` has `id::gender::age::occupation::zip code`, and
`ratings.dat` has `user id::movie id::rating::timestamp`.

A parser remembers what it has seen: make one for each reading. It raises `BadLine` for what is not such a row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from typing import Any, TypeVar

from towhee_recsys.config.tables import Codes
from towhee_recsys.data.sources.lines import ONE_RATING, BadLine
from towhee_recsys.data.sources.movielens import fields

MOVIE_FIELDS = ("movie id", "title", "genres")
USER_FIELDS = ("user id", "gender", "age", "occupation", "zip code")
RATING_FIELDS = ("user id", "movie id", "rating", "timestamp")

Record = dict[str, Any]
RatingRow = tuple[int, int, float, int]
Value = TypeVar("Value")


def movie_parser() -> Callable[[str], Record]:
    """From `6::Heat (1995)::Action|Crime` to a dictionary of movie_id, title, year (or None) and genres.

    The title comes without the year at its end; it may contain colons, but no `::`.
    """
    seen: set[int] = set()

    def parse(line: str) -> Record:
        fields.split(line, MOVIE_FIELDS)
        movie_id, _, rest = line.partition(fields.SEPARATOR)
        full_title, _, genres = rest.rpartition(fields.SEPARATOR)  # of three colons, the first ends the title
        number = fields.whole(movie_id, "movie id")
        title, year = fields.title_and_year(full_title)
        movie = {"movie_id": number, "title": title, "year": year, "genres": fields.genres(genres)}
        _pass_once(number, seen, "movie")
        return movie

    return parse


def user_parser(codes: Mapping[str, Codes], *, strict: bool) -> Callable[[str], Record]:
    """From `7::F::25::12::55117` to a dictionary of user_id, gender, age (its group's code), occupation and zip_code.

    `codes` are the declared ones of gender, age and occupation. Strict parsing takes the published codes of the age
    groups; otherwise any age in years falls into its group.
    """
    seen: set[int] = set()
    genders, occupations = codes["gender"].names, codes["occupation"].names
    starts = sorted(int(code) for code in codes["age"].names)
    oldest = codes["age"].groups_to or starts[-1]

    def age_group(years: int) -> int:
        if strict and years not in starts:
            listed = ", ".join(map(str, starts))
            cure = "fix the line, or set dataset.strict: false to take years"
            raise BadLine("unknown age", f"age {years} is not one of the codes {listed}", cure=cure, whole=True)
        if not 1 <= years <= oldest:
            raise BadLine("unknown age", f"age {years} is not from 1 to {oldest}", whole=True)
        return starts[bisect_right(starts, years) - 1]

    def parse(line: str) -> Record:
        user_id, gender, age, occupation, zip_code = fields.split(line, USER_FIELDS)
        number = fields.whole(user_id, "user id")
        user = {
            "user_id": number,
            "gender": fields.one_of(gender, genders, "gender"),
            "age": age_group(fields.whole(age, "age")),
            "occupation": fields.one_of(fields.whole(occupation, "occupation"), occupations, "occupation"),
            "zip_code": zip_code,
        }
        _pass_once(number, seen, "user")
        return user

    return parse


def rating_parser(
    users: Container[int], movies: Container[int], scale: tuple[float, float], *, once: bool = True
) -> Callable[[str], RatingRow]:
    """From `7::6::4::978300760` to the tuple (user_id, movie_id, rating, timestamp).

    Ids are those of `users` and `movies`, ratings within `scale`, both ends included. With `once` a second rating of a
    movie by the same user is refused.
    """
    user_ids = _Memo(lambda text: fields.known(fields.whole(text, "user id"), users, "user"))
    movie_ids = _Memo(lambda text: fields.known(fields.whole(text, "movie id"), movies, "movie"))
    ratings = _Memo(lambda text: fields.rating(text, *scale))
    rated: defaultdict[int, set[int]] = defaultdict(set)  # movies by user: four times as quick as a set of pairs

    def parse(line: str) -> RatingRow:
        user, movie, rating, timestamp = fields.split(line, RATING_FIELDS)
        when = fields.whole(timestamp, "timestamp")
        row = user_id, movie_id, _, _ = user_ids[user], movie_ids[movie], ratings[rating], when
        if once:
            seen = rated[user_id]
            if movie_id in seen:
                raise _second("rating", f"rating of user {user_id} for movie {movie_id}", ONE_RATING)
            seen.add(movie_id)
        return row

    return parse


class _Memo(dict[str, Value]):
    """A dictionary that computes what it lacks: a million ratings repeat the same few thousand texts."""

    def __init__(self, compute: Callable[[str], Value]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, text: str) -> Value:
        value = self[text] = self._compute(text)
        return value


def _pass_once(number: int, seen: set[int], name: str) -> None:
    if number in seen:
        raise _second(name, f"{name} {number}")
    seen.add(number)


def _second(name: str, which: str, cure: str = "") -> BadLine:
    return BadLine(f"duplicate {name}", f"duplicate {name}: {which} came before", cure=cure, whole=True)
