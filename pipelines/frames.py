"""Recommendations for the users of a data frame, as a data frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from towhee_recsys.bundle import Bundle, load_bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import records
from towhee_recsys.errors import QueryError, close_match
from towhee_recsys.features.liked import GIVEN_FIELDS
from towhee_recsys.pipelines.builder import load_pipeline
from towhee_recsys.pipelines.runtime import Pipeline

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 1000
"""Users that are recommended to at a time: memory does not grow with the frame beyond its answer."""

FIGURES = {"rank": "int64", "score": "float64", "predicted_rating": "float64", "predicted_rating_std": "float64"}
"""The columns of an answer that are no facts of an item, with their dtypes."""


def recommend_frame(
    config: Config | str, users: pd.DataFrame, top_k: int | None = None, **options: Any
) -> pd.DataFrame:
    """Recommends items to each row of `users`; one row for each recommendation, best first.

    A row of `users` is a user, given by any columns that the dataset's users have, and by `liked`, `disliked` and
    `include_seen`, as to `recommend_pipeline`. A missing cell (None, NaN, NA, NaT) counts as not given; a row without
    any value gets the most popular items. All answers come from the model that is published when the call begins.

    Args:
        config: The config of a trained and indexed recommender, or its name or file.
        users: The users, in any order; the frame may have any index.
        top_k: How many items each user gets; left out, as in the config.
        options: What else the requests have: `offset`, `filter`, `exclude`, `only`, `max_std`, `include_seen`,
            `diversity` and `explain`.

    Returns:
        The index is that of `users`, each label repeated for each item, so that `users.join(answer)` works. Columns:
        the users' id if `users` has it (named `user_<id>` where an item's column has that name), `rank` from 1, the
        item's id and facts, `score` (cosine, or the relative popularity where nothing is known of the user) and, where
        there is a rating scale, `predicted_rating` and, of a model with a teacher, `predicted_rating_std`; with
        `explain`, `reasons`. Without users it has these columns and no rows.

    Raises:
        QueryError: `users` is no data frame, or has a column or a value that the model cannot take, or an option is
            unknown, not allowed or has a value that is not accepted.
        ConfigError: `top_k` is not a whole number in its range.
        IndexMismatchError: there is no index, or its model is not here.
    """
    settings: dict[str, Any] = {"follow": False} if top_k is None else {"follow": False, "top_k": top_k}
    config = load_config(config, **settings)
    recommend = load_pipeline("recommend", config)
    bundle = load_bundle(recommend.declaration.steps[0].args["model_dir"])  # another one may be published by now
    _check_users(users, bundle)
    lists: list[list[dict[str, Any]]] = []
    for first in range(0, len(users), BLOCK):
        lists += _answers(recommend, users.iloc[first : first + BLOCK], options)
    return _frame(users, lists, bundle, explained=options.get("explain", config.requests.explain))


def _check_users(users: Any, bundle: Bundle) -> None:
    import pandas as pd

    accepted = list(dict.fromkeys([bundle.schema.users.id, *bundle.users.state["columns"], *GIVEN_FIELDS]))
    listed = f"accepted: a pandas.DataFrame with columns of {', '.join(accepted)}"
    if not isinstance(users, pd.DataFrame):
        raise QueryError(f"users: given a {type(users).__name__}, {listed}.")
    if twice := list(users.columns[users.columns.duplicated()]):
        raise QueryError(f"users: the column {twice[0]!r} is there twice; {listed}, each once.")
    if unknown := [column for column in users.columns if column not in accepted]:
        hint = close_match(unknown[0], accepted)
        raise QueryError(f"users: column {unknown[0]!r} is not known.{hint} Leave it out; {listed}.")


def _answers(recommend: Pipeline, users: pd.DataFrame, options: dict[str, Any]) -> Sequence[list[dict[str, Any]]]:
    """The recommendations for each row of a block."""
    rows = [{name: value for name, value in row.items() if value is not None} for row in records(users)]
    given = [{"user": row, **options} for row in rows] if options else rows
    try:
        return recommend(given).get()[0]
    except QueryError as error:
        if error.field is not None and error.field.partition(".")[0] in options:
            raise
        _find_refused(recommend, users.index.tolist(), given)
        raise


def _find_refused(recommend: Pipeline, labels: Sequence[Any], given: Sequence[dict[str, Any]]) -> None:
    """Raises the error of the first user that is refused alone, with the label of its row."""
    for label, user in zip(labels, given, strict=True):
        try:
            recommend(user)
        except QueryError as error:
            raise QueryError(f"users, row {label!r}: {error}") from None


def _frame(users: pd.DataFrame, lists: Sequence[list[dict[str, Any]]], bundle: Bundle, explained: bool) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    item, user_id = bundle.item_schema, bundle.schema.users.id
    columns = ["rank", *dict.fromkeys([item.id, *item.facts]), "score"]
    columns += ["predicted_rating"] if bundle.calibration else []
    columns += ["predicted_rating_std"] if bundle.prediction_variance else []
    columns += ["reasons"] if explained else []
    rows = np.repeat(np.arange(len(users)), [len(items) for items in lists])
    answer = pd.DataFrame([each for items in lists for each in items], columns=columns, index=users.index[rows])
    answer = answer.astype({name: dtype for name, dtype in FIGURES.items() if name in columns})
    if user_id in users.columns:
        name = f"user_{user_id}" if user_id in columns else user_id
        answer.insert(0, name, users[user_id].iloc[rows], allow_duplicates=True)
    return answer
