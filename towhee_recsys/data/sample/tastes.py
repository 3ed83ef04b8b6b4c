"""The planted tastes of the sample: how much more (or less) than the average person these people like a genre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from towhee_recsys.config import load_config

_CODES = load_config("sample").dataset.users.codes
AGES, OCCUPATIONS = _CODES["age"].names, _CODES["occupation"].names

Taste = Mapping[str, float]

AGE_TASTE: Mapping[str, Taste] = {
    "Under 18": {"Animation": 1.6, "Children's": 1.4, "Fantasy": 1.4, "Film-Noir": -1.4, "Documentary": -1, "War": -1},
    "18-24": {"Action": 1.2, "Horror": 1.6, "Comedy": 1, "Sci-Fi": 0.8, "Musical": -1.2, "Western": -1.2, "War": -0.6},
    "25-34": {"Sci-Fi": 1.4, "Thriller": 1.2, "Crime": 1.2, "Musical": -1, "Children's": -1, "Western": -0.8},
    "35-44": {"Adventure": 1.2, "Children's": 1, "Comedy": 0.8, "Horror": -1.2, "Film-Noir": -0.8},
    "45-49": {"Mystery": 1.2, "Drama": 0.8, "Romance": 0.8, "Horror": -1.4, "Animation": -1, "Action": -0.8},
    "50-55": {"Documentary": 1.4, "Drama": 1, "Western": 0.8, "Horror": -1.4, "Fantasy": -1.2, "Animation": -0.8},
    "56+": {"Film-Noir": 1.6, "Western": 1.4, "Musical": 1.4, "War": 1.4, "Horror": -1.6, "Sci-Fi": -1.4, "Action": -1},
}
GENDER_TASTE: Mapping[str, Taste] = {
    "F": {"Romance": 0.8, "Musical": 0.8, "Drama": 0.4, "War": -0.8, "Action": -0.6, "Western": -0.6},
    "M": {"War": 0.6, "Action": 0.6, "Western": 0.6, "Romance": -0.6, "Musical": -0.6, "Drama": -0.2},
}
OCCUPATION_TASTE: Mapping[str, Taste] = {
    "other": {"Thriller": 0.6, "Adventure": 0.4, "Documentary": -0.6},
    "academic/educator": {"Documentary": 1.2, "Drama": 0.6, "Action": -0.8},
    "artist": {"Film-Noir": 1.2, "Documentary": 1, "Drama": 0.6, "Action": -1, "Children's": -0.4},
    "clerical/admin": {"Romance": 0.8, "Comedy": 0.6, "War": -0.8},
    "college/grad student": {"Comedy": 0.8, "Horror": 0.6, "Western": -0.8, "Children's": -0.6},
    "customer service": {"Comedy": 1, "Romance": 0.4, "Documentary": -1},
    "doctor/health care": {"Mystery": 0.8, "Drama": 0.8, "Horror": -0.8},
    "executive/managerial": {"Thriller": 1, "Crime": 0.6, "Fantasy": -0.8},
    "farmer": {"Western": 1.6, "War": 0.6, "Sci-Fi": -1},
    "homemaker": {"Children's": 1.2, "Musical": 1, "Horror": -1, "Crime": -0.6},
    "K-12 student": {"Animation": 1.2, "Fantasy": 0.6, "Documentary": -0.8},
    "lawyer": {"Crime": 1.2, "Mystery": 1.2, "Animation": -0.8, "Fantasy": -0.8},
    "programmer": {"Sci-Fi": 1.4, "Fantasy": 0.6, "Musical": -0.8, "Romance": -0.6},
    "retired": {"Western": 0.8, "Musical": 0.8, "Sci-Fi": -0.8},
    "sales/marketing": {"Action": 1, "Comedy": 0.4, "Film-Noir": -1},
    "scientist": {"Sci-Fi": 1.4, "Documentary": 1, "Romance": -0.8, "Horror": -0.6},
    "self-employed": {"Adventure": 1, "Crime": 0.6, "Musical": -0.8},
    "technician/engineer": {"Sci-Fi": 1.4, "Action": 0.6, "Romance": -0.8, "Drama": -0.4},
    "tradesman/craftsman": {"Action": 0.8, "War": 0.8, "Musical": -1, "Romance": -0.4},
    "unemployed": {"Horror": 1, "Fantasy": 0.8, "Documentary": -0.8},
    "writer": {"Film-Noir": 1.2, "Drama": 0.8, "Action": -0.8, "Children's": -0.6},
}

STRENGTH = 1.4  # stars that one point of the tables makes


def planted_score(gender: str, age: int, occupation: int, genres: Sequence[str]) -> float:
    """How many stars the three tables add (or take away) when these people rate such a film: -4 to 4.

    `gender` is F or M, `age` and `occupation` are MovieLens' codes, `genres` is not empty; a score is the genres' mean.
    """
    tastes = (GENDER_TASTE[gender], AGE_TASTE[AGES[age]], OCCUPATION_TASTE[OCCUPATIONS[occupation]])
    # `fsum`, since the result of `sum` depends on the version of Python
    return STRENGTH * fsum(taste.get(genre, 0.0) for taste in tastes for genre in genres) / len(genres)
