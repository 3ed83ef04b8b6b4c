"""Generates the sample dataset: real films, and simulated people with known tastes.

    python -m towhee_recsys.data.sample.generate [--out DIR]

Every draw is a `Random.random()` and only plain arithmetic follows it, so the three files are the same bytes with every
Python and on every machine.
"""

from __future__ import annotations

import argparse
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import floor
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

from towhee_recsys.data.sample import SAMPLE_DIR
from towhee_recsys.data.sample.tastes import planted_score

SEED = 2024
FIRST_USER, FIRST_MOVIE = 10_001, 5_001  # beyond MovieLens 1M's ids: no line here is a line there
FIRST_DAY = 1_704_067_200  # 2024-01-01, after the newest film
DAY = 86_400

T = TypeVar("T")

AGE_COUNTS = {1: 56, 18: 110, 25: 170, 35: 104, 45: 50, 50: 50, 56: 60}
FEMALE_SHARE = 0.45
CHILD_WORK = {10: 9.0, 0: 1.0, 2: 1.0, 19: 1.0}  # odds by occupation; 4 and 10 are students, 13 is retired
ADULT_WORK = {code: 1.4 for code in range(21) if code not in (4, 10, 13)} | {0: 2.5, 1: 2.0, 7: 2.5, 12: 2.0, 17: 2.0}
EXTRA_WORK = {18: {4: 14.0, 10: 1.0}, 25: {4: 1.0}, 50: {13: 4.0}, 56: {13: 12.0}}

MEAN = 3.2  # stars without any taste; people choose what they like, so the ratings' mean is higher
FAVOURITE = 1.0  # stars that a person's favourite genre adds and a disliked one takes away
ERA = 0.4  # stars that a favourite decade and its neighbours add and any other takes away
LEAST_FAME = 0.25  # share of the people who have heard of the most obscure film
QUALITY, NOISE = 0.55, 0.25  # standard deviations, in stars


@dataclass(frozen=True)
class Film:
    """A real film; `quality` (stars) and `fame` (0 to 1, share of the people who know it) are drawn, not facts."""

    id: int
    title: str
    year: int
    genres: tuple[str, ...]
    quality: float
    fame: float


@dataclass(frozen=True)
class Person:
    """A simulated person: MovieLens' codes, and a taste of their own (two genres and the first year of a decade)."""

    id: int
    gender: str
    age: int
    occupation: int
    zip_code: str
    favourite: str
    disliked: str
    decade: int


class Rating(NamedTuple):
    """Whole stars from 1 to 5, given at a time in seconds since 1970."""

    person: Person
    film: Film
    stars: int
    time: int


class Sample(NamedTuple):
    """All that is simulated; the ratings stand person by person, each in order of time."""

    films: list[Film]
    people: list[Person]
    ratings: list[Rating]


def affinity(person: Person, film: Film) -> float:
    """The stars that the person would give before noise, rounding and clipping to the scale."""
    demographic = planted_score(person.gender, person.age, person.occupation, film.genres)
    personal = FAVOURITE * ((person.favourite in film.genres) - (person.disliked in film.genres))
    era = ERA if abs(film.year // 10 * 10 - person.decade) <= 10 else -ERA
    return MEAN + demographic + film.quality + personal + era


def simulate(seed: int = SEED) -> Sample:
    """Draw the films' quality, the people and their ratings; the same seed gives the same sample."""
    rng = Random(seed)
    films = _films(rng)
    people = _people(rng, films)
    return Sample(films, people, [rating for person in people for rating in _ratings(rng, person, films)])


def write(sample: Sample, out: Path) -> None:
    """Write movies.dat, users.dat and ratings.dat into the folder, as MovieLens 1M has them: Latin-1, `::` between."""
    out.mkdir(parents=True, exist_ok=True)
    _write_rows(out / "movies.dat", ((f.id, f"{f.title} ({f.year})", "|".join(f.genres)) for f in sample.films))
    _write_rows(out / "users.dat", ((p.id, p.gender, p.age, p.occupation, p.zip_code) for p in sample.people))
    _write_rows(out / "ratings.dat", ((r.person.id, r.film.id, r.stars, r.time) for r in sample.ratings))


def _write_rows(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    path.write_bytes("".join("::".join(map(str, row)) + "\n" for row in rows).encode("latin-1"))


def _films(rng: Random) -> list[Film]:
    lines = (SAMPLE_DIR / "films.tsv").read_text(encoding="utf-8").splitlines()
    return [_film(rng, FIRST_MOVIE + i, *line.split("\t")) for i, line in enumerate(lines)]


def _film(rng: Random, movie_id: int, title: str, year: str, genres: str) -> Film:
    return Film(
        id=movie_id,
        title=title,
        year=int(year),
        genres=tuple(genres.split("|")),
        quality=QUALITY * _bell(rng),
        fame=LEAST_FAME + (1 - LEAST_FAME) * rng.random(),
    )


def _people(rng: Random, films: list[Film]) -> list[Person]:
    genres = sorted({genre for film in films for genre in film.genres})
    decades = sorted({film.year // 10 * 10 for film in films})
    ages = _shuffled(rng, [age for age, count in AGE_COUNTS.items() for _ in range(count)])
    return [_person(rng, FIRST_USER + i, age, genres, decades) for i, age in enumerate(ages)]


def _person(rng: Random, user_id: int, age: int, genres: list[str], decades: list[int]) -> Person:
    favourite, disliked = _shuffled(rng, genres)[:2]
    work = CHILD_WORK if age == 1 else ADULT_WORK | EXTRA_WORK.get(age, {})
    return Person(
        id=user_id,
        gender="F" if rng.random() < FEMALE_SHARE else "M",
        age=age,
        occupation=_weighted(rng, work),
        zip_code=f"{int(rng.random() * 100_000):05d}",
        favourite=favourite,
        disliked=disliked,
        decade=decades[int(rng.random() * len(decades))],
    )


def _ratings(rng: Random, person: Person, films: list[Film]) -> Iterator[Rating]:
    time = FIRST_DAY + int(rng.random() * 300 * DAY)
    for film in _chosen(rng, person, films):
        stars = floor(affinity(person, film) + NOISE * _bell(rng) + 0.5)
        yield Rating(person, film, min(max(stars, 1), 5), time)
        pause = 15 * DAY if rng.random() < 0.03 else 90  # most ratings follow at once, some on another day
        time += 5 + int(rng.random() * pause)


def _chosen(rng: Random, person: Person, films: list[Film]) -> Iterable[Film]:
    """Take 20 to 90 films: those come across that the person has heard of and feels like watching."""
    zeal = rng.random()
    count = 20 + int(71 * zeal * zeal)
    chosen: dict[int, Film] = {}
    while len(chosen) < count:
        film = films[int(rng.random() * len(films))]
        if rng.random() < film.fame and rng.random() * 5 < affinity(person, film):
            chosen[film.id] = film
    return chosen.values()


def _bell(rng: Random) -> float:
    """Draw from a bell curve of mean 0 and standard deviation 1, without a logarithm that machines round their way."""
    return 2 * (rng.random() + rng.random() + rng.random() - 1.5)


def _shuffled(rng: Random, items: Sequence[T]) -> list[T]:
    return sorted(items, key=lambda _: rng.random())


def _weighted(rng: Random, odds: Mapping[int, float]) -> int:
    ends = list(accumulate(odds.values()))
    return list(odds)[bisect(ends, rng.random() * ends[-1], hi=len(ends) - 1)]


def main() -> None:
    """Write the sample's files, by default over the shipped ones."""
    parser = argparse.ArgumentParser(description="Make the sample dataset's movies.dat, users.dat and ratings.dat.")
    parser.add_argument("--out", type=Path, default=SAMPLE_DIR, help="the folder to write to")
    write(simulate(), parser.parse_args().out)


if __name__ == "__main__":
    main()
