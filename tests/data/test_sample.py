"""The sample dataset: its files are what the script makes, and the tastes planted in it can be found again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import groupby, pairwise
from pathlib import Path
from statistics import correlation, fmean, pstdev

import pytest

from tests.declarations import AGES, GENDERS, OCCUPATIONS
from towhee_recsys.data.sample import SAMPLE_DIR
from towhee_recsys.data.sample.generate import Rating, Sample, affinity, main, simulate, write
from towhee_recsys.data.sample.tastes import planted_score

GENRES = (
    "Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|Mystery|"
    "Romance|Sci-Fi|Thriller|War|Western"
)
FORMATS = {
    "movies.dat": r"5\d{3}::\S[^\n]* \((19|20)\d{2}\)::[A-Z][A-Za-z'-]+(\|[A-Z][A-Za-z'-]+)*",
    "users.dat": r"10\d{3}::[FM]::(1|18|25|35|45|50|56)::\d{1,2}::\d{5}",
    "ratings.dat": r"10\d{3}::5\d{3}::[1-5]::1[78]\d{8}",
}


@pytest.fixture(scope="module")
def sample() -> Sample:
    return simulate()


def lines_of(name: str) -> list[str]:
    return (SAMPLE_DIR / name).read_bytes().decode("latin-1").split("\n")


def share(ratings: list[Rating], score: Callable[[Rating], float]) -> float:
    """The share of the stars' variance that the score explains."""
    return correlation([score(rating) for rating in ratings], [rating.stars for rating in ratings]) ** 2


def by_demographics(rating: Rating) -> float:
    person = rating.person
    return planted_score(person.gender, person.age, person.occupation, rating.film.genres)


def test_the_shipped_files_are_what_the_script_makes(sample: Sample, tmp_path: Path) -> None:
    write(sample, tmp_path / "new")
    for name in FORMATS:
        assert (tmp_path / "new" / name).read_bytes() == (SAMPLE_DIR / name).read_bytes(), f"regenerate {name}"


def test_the_command_writes_to_the_given_folder(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("towhee_recsys.data.sample.generate.simulate", lambda: sample)
    monkeypatch.setattr("sys.argv", ["generate", "--out", str(tmp_path)])
    main()
    assert {path.name for path in tmp_path.iterdir()} == set(FORMATS)
    assert capsys.readouterr().out == ""


def test_another_seed_makes_another_sample(sample: Sample) -> None:
    assert simulate(seed=1).ratings != sample.ratings


@pytest.mark.parametrize("name", FORMATS)
def test_every_line_has_the_format(name: str) -> None:
    *lines, last = lines_of(name)
    assert lines
    assert last == ""
    assert [line for line in lines if not re.fullmatch(FORMATS[name], line)] == []
    assert all(line.count("::") == FORMATS[name].count("::") for line in lines)


def test_the_counts(sample: Sample) -> None:
    assert (len(sample.films), len(sample.people), len(sample.ratings)) == (326, 600, 26_099)
    assert [len(lines_of(name)) - 1 for name in FORMATS] == [326, 600, 26_099]
    assert (SAMPLE_DIR / "ratings.dat").stat().st_size < 900_000


def test_films_are_known_by_title_and_year_and_every_genre_has_films(sample: Sample) -> None:
    assert len({(film.title, film.year) for film in sample.films}) == len(sample.films)
    counts = Counter(genre for film in sample.films for genre in film.genres)
    assert set(counts) == set(GENRES.split("|"))
    assert min(counts.values()) >= 8
    assert {film.year // 10 * 10 for film in sample.films} == set(range(1930, 2030, 10))
    assert any(not film.title.isascii() for film in sample.films)


def test_every_demographic_is_covered(sample: Sample) -> None:
    ages = Counter(person.age for person in sample.people)
    occupations = Counter(person.occupation for person in sample.people)
    assert {person.gender for person in sample.people} == set(GENDERS)
    assert set(ages) == set(AGES)
    assert min(ages.values()) >= 40
    assert set(occupations) == set(OCCUPATIONS)
    assert min(occupations.values()) >= 15


def test_everybody_rates_20_to_90_films_once_each_in_order_of_time(sample: Sample) -> None:
    people = [list(own) for _, own in groupby(sample.ratings, key=lambda rating: rating.person.id)]
    assert len(people) == len(sample.people)
    for own in people:
        assert 20 <= len(own) <= 90
        assert len({rating.film.id for rating in own}) == len(own)
        assert all(before.time < after.time for before, after in pairwise(own))


def test_every_film_is_rated_at_least_ten_times(sample: Sample) -> None:
    counts = Counter(rating.film.id for rating in sample.ratings)
    assert min(counts[film.id] for film in sample.films) >= 10


def test_ratings_spread_over_the_whole_scale(sample: Sample) -> None:
    stars = [rating.stars for rating in sample.ratings]
    assert set(stars) == {1, 2, 3, 4, 5}
    assert 3.5 <= fmean(stars) <= 3.6
    assert 1.0 <= pstdev(stars) <= 1.1


def test_planted_tastes_explain_the_ratings(sample: Sample) -> None:
    assert share(sample.ratings, by_demographics) >= 0.35
    assert share(sample.ratings, lambda rating: affinity(rating.person, rating.film)) >= 0.8


@pytest.mark.parametrize("gender", GENDERS)
@pytest.mark.parametrize("age", AGES)
def test_everybody_has_films_far_above_the_catalogue(sample: Sample, gender: str, age: int) -> None:
    for occupation in OCCUPATIONS:
        scores = sorted(planted_score(gender, age, int(occupation), film.genres) for film in sample.films)
        assert fmean(scores[-10:]) > fmean(scores) + 0.75


def test_planted_score_by_hand() -> None:
    assert planted_score("F", 56, 2, ["Film-Noir"]) == pytest.approx(1.4 * (1.6 + 1.2))
    assert planted_score("F", 56, 2, ["Film-Noir", "Romance"]) == pytest.approx(1.4 * (1.6 + 1.2 + 0.8) / 2)
    assert planted_score("M", 1, 10, ["Thriller"]) == 0
