"""Six people: what they liked, what they are recommended, and what of it they turned out to like."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.config.features import Feature
from towhee_recsys.evaluation.report.groups import label_of
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.protocols import Question, Task

COUNT, LENGTH = 6, 10


@dataclass(frozen=True)
class Item:
    """An item in a list: its title, year and genres as text; `stars` the user's, `found` whether it is relevant."""

    title: str
    about: str
    stars: float | None = None
    found: bool = False


@dataclass(frozen=True)
class Shown:
    """A list under its title; `found` are its relevant items, of `relevant` that there are."""

    title: str
    items: list[Item]
    found: int
    relevant: int


@dataclass(frozen=True)
class Person:
    """A user, what is known to be liked, and the lists; `known` is whether training has met the user."""

    name: str
    about: str
    known: bool
    liked: list[Item]
    lists: list[Shown]


def people(evaluation: Evaluation) -> list[Person]:
    """Six of the users that the first seed's main question asks for; less where it asks for less."""
    task = evaluation.tasks[0]
    if not task.questions or not any(each.draws[0].lists for each in evaluation.models.values()):
        return []
    return [_person(evaluation, task, user) for user in chosen(evaluation)]


def chosen(evaluation: Evaluation) -> list[int]:
    """Lines of users: by seed one of each sixth by activity, as unlike the others' categories as there is."""
    task = evaluation.tasks[0]
    random, counts = np.random.default_rng(task.seed), np.bincount(task.train.users, minlength=task.users)
    users = random.permutation(task.questions[-1].users)  # the last question's are asked the others, too
    seen: Counter[tuple[str, Any]] = Counter()
    found = []
    for part in np.array_split(users[np.argsort(counts[users], kind="stable")], COUNT):
        kinds = {user: _kinds(evaluation, user) for user in part.tolist()}
        if kinds:
            found.append(min(kinds, key=lambda user: sum(seen[kind] for kind in kinds[user])))
            seen.update(kinds[found[-1]])
    return found


def _kinds(evaluation: Evaluation, user: int) -> list[tuple[str, Any]]:
    line = evaluation.dataset.users.iloc[user]
    return [(each.column, line[each.column]) for each in _categories(evaluation)]


def _categories(evaluation: Evaluation) -> list[Feature]:
    config = next(iter(evaluation.configs.values()))
    return [each for each in config.features.user if each.kind == "category"]


def _person(evaluation: Evaluation, task: Task, user: int) -> Person:
    line = evaluation.dataset.users.iloc[user]
    traits = [label_of(each, line[each.column]) for each in _categories(evaluation)]
    ratings = int((task.train.users == user).sum())
    about = ", ".join([*traits, f"{ratings:,} training ratings" if ratings else "no training ratings"])
    asked = [each for each in task.questions if user in each.users]
    liked, lists = _liked(evaluation, task, asked[-1], user), _lists(evaluation, asked, user)
    return Person(f"User {line['user_id']}", about, asked[-1].known, liked, lists)


def _liked(evaluation: Evaluation, task: Task, question: Question, user: int) -> list[Item]:
    """What a recommender may know that the user liked, the best rated first."""
    row = question.history[int(np.flatnonzero(question.users == user)[0])]
    best = np.argsort(-row.data, kind="stable")[:LENGTH]
    liked = best[row.data[best] >= task.liked]
    return [_item(evaluation, row.indices[place], float(row.data[place])) for place in liked]


def _lists(evaluation: Evaluation, questions: list[Question], user: int) -> list[Shown]:
    return [
        _shown(evaluation, question, _title(name, question, evaluation), results.draws[0].lists[question.name], user)
        for question in questions
        for name, results in evaluation.models.items()
        if question.name in results.draws[0].lists
    ]


def _title(name: str, question: Question, evaluation: Evaluation) -> str:
    told = "" if question.known else f", told {question.name or 'nothing'}"
    return (name if len(evaluation.models) > 1 else "Recommended") + told


def _shown(evaluation: Evaluation, question: Question, title: str, lists: np.ndarray, user: int) -> Shown:
    line = int(np.flatnonzero(question.users == user)[0])
    relevant = set(question.relevant[line].indices.tolist())
    items = [_item(evaluation, item, found=item in relevant) for item in lists[line, :LENGTH].tolist() if item >= 0]
    return Shown(title, items, sum(item.found for item in items), len(relevant))


def _item(evaluation: Evaluation, place: int, stars: float | None = None, found: bool = False) -> Item:
    import pandas as pd

    item = evaluation.dataset.items.iloc[place]
    about = ["" if pd.isna(item["year"]) else str(item["year"]), ", ".join(item["genres"])]
    return Item(item["title"], " · ".join(part for part in about if part), stars, found)
