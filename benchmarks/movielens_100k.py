"""A dataset of MovieLens 100K's size and layout, made of MovieLens 1M."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from towhee_recsys import read_dataset
from towhee_recsys.config import load_config
from towhee_recsys.data import interactions_frame

USERS, RATINGS, SEED = 943, 100_000, 0

OCCUPATIONS = {
    **{0: "other", 1: "educator", 2: "artist", 3: "administrator", 4: "student", 5: "other", 6: "doctor"},
    **{7: "executive", 8: "other", 9: "homemaker", 10: "student", 11: "lawyer", 12: "programmer", 13: "retired"},
    **{14: "marketing", 15: "scientist", 16: "other", 17: "technician", 18: "other", 19: "none", 20: "writer"},
}
"""The occupation of MovieLens 100K that is closest to each of MovieLens 1M."""

GENRES = (
    *("Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy"),
    *("Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)


def converted(source: Path, folder: Path, users: int = USERS, ratings: int = RATINGS) -> Path:
    """Writes u.data, u.item and u.user into `folder`, of the MovieLens 1M in `source`; returns `folder`.

    Users and movies are numbered anew, from 1.
    """
    dataset = read_dataset(load_config("movielens_1m", **{"dataset.path": str(source)}).dataset)
    random, rated = np.random.default_rng(SEED), interactions_frame(dataset)
    rated = rated[rated["user"].isin(random.choice(dataset.user_ids, users, replace=False))]
    rated = rated.iloc[np.sort(random.choice(len(rated), ratings, replace=False))]
    user_ids, movie_ids = np.unique(rated["user"]), np.unique(rated["item"])
    data = pd.DataFrame(
        {
            "user": np.searchsorted(user_ids, rated["user"]) + 1,
            "movie": np.searchsorted(movie_ids, rated["item"]) + 1,
            "rating": rated["value"].astype(int),
            "time": rated["time"],
        }
    )
    data.to_csv(folder / "u.data", sep="\t", header=False, index=False)
    _write(folder / "u.user", dataset.users, user_ids, "user_id", _user)
    _write(folder / "u.item", dataset.items, movie_ids, "movie_id", _movie)
    return folder


def _write(path: Path, table: pd.DataFrame, ids: np.ndarray, column: str, line: object) -> None:
    rows = table.set_index(column).loc[ids].reset_index().itertuples(index=False)
    lines = [f"{number}|{line(row)}\n" for number, row in enumerate(rows, start=1)]  # type: ignore[operator]
    path.write_text("".join(lines), encoding="latin-1")


def _user(row: object) -> str:
    return f"{row.age}|{row.gender}|{OCCUPATIONS[int(row.occupation)]}|{row.zip_code}"  # type: ignore[attr-defined]


def _movie(row: object) -> str:
    year = "" if pd.isna(row.year) else f" ({int(row.year)})"  # type: ignore[attr-defined]
    marks = "|".join(str(int(genre in row.genres)) for genre in GENRES)  # type: ignore[attr-defined]
    return f"{row.title}{year}||||0|{marks}"  # type: ignore[attr-defined]
