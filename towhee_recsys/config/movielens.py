"""What MovieLens 1M knows of its users and movies: the codes with their names, and the features made of them.

Source: https://files.grouplens.org/datasets/movielens/ml-1m-README.txt
"""

from __future__ import annotations

from towhee_recsys.config.features import CategoriesFeature, CategoryFeature, Features, IdFeature, TextFeature

GENDERS: dict[int | str, str] = {"F": "female", "M": "male"}

AGES: dict[int | str, str] = {
    1: "Under 18",
    18: "18-24",
    25: "25-34",
    35: "35-44",
    45: "45-49",
    50: "50-55",
    56: "56+",
}

OLDEST = 120
"""The highest age in years that is taken for one."""

OCCUPATIONS: dict[int | str, str] = {
    0: "other",
    1: "academic/educator",
    2: "artist",
    3: "clerical/admin",
    4: "college/grad student",
    5: "customer service",
    6: "doctor/health care",
    7: "executive/managerial",
    8: "farmer",
    9: "homemaker",
    10: "K-12 student",
    11: "lawyer",
    12: "programmer",
    13: "retired",
    14: "sales/marketing",
    15: "scientist",
    16: "self-employed",
    17: "technician/engineer",
    18: "tradesman/craftsman",
    19: "unemployed",
    20: "writer",
}

MOVIELENS = Features(
    user=[
        IdFeature(column="user_id"),
        CategoryFeature(column="gender", names=GENDERS),
        CategoryFeature(column="age", names=AGES, groups_to=OLDEST),
        CategoryFeature(column="occupation", names=OCCUPATIONS),
    ],
    item=[
        IdFeature(column="movie_id"),
        CategoriesFeature(column="genres"),
        TextFeature(column="title"),
    ],
)
"""The default declaration: the fusion model's inputs."""
