"""Six users: what they liked, what they are recommended, and which of it they turned out to like."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.config.features import Feature
from towhee_recsys.data import Dataset, records
from towhee_recsys.evaluation.report.groups import label_of
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.protocols import Question, Task

COUNT, LENGTH = 6, 10


@dataclass(frozen=True)
class ListedItem:
    """An item in a list.

    Attributes:
        title: Its title, or its id where no title is declared.
        facts: Its other facts as text.
        rating: The user's rating; None where it is not known, or is no rating.
        relevant: Whether the user turned out to like it.
    """

    title: str
    facts: str
    rating: float | None = None
    relevant: bool = False


@dataclass(frozen=True)
class ExampleList:
    """A list under its title, with how many of the user's `n_relevant` relevant items it has, `n_found`."""

    title: str
    items: list[ListedItem]
    n_found: int
    n_relevant: int


@dataclass(frozen=True)
class ExampleUser:
    """A user, the items that are known to be liked, and the lists; `known` is whether training has seen the user."""

    name: str
    about: str
    known: bool
    liked: list[ListedItem]
    lists: list[ExampleList]


def example_users(evaluation: Evaluation) -> list[ExampleUser]:
    """Six of the users that the first seed's questions have lists for; fewer where there are fewer."""
    task = evaluation.tasks[0]
    if not task.questions or not any(each.runs[0].lists for each in evaluation.models.values()):
        return []
    return [_example(evaluation, task, user) for user in chosen(evaluation)]


def chosen(evaluation: Evaluation) -> list[int]:
    """Rows of users: by seed one of each sixth by activity, as unlike the others' categories as possible."""
    task = evaluation.tasks[0]
    random, counts = np.random.default_rng(task.seed), np.bincount(task.train.users, minlength=task.users)
    users = random.permutation(task.questions[-1].users)  # users of the last question are in the others, too
    seen: Counter[tuple[str, Any]] = Counter()
    found = []
    for part in np.array_split(users[np.argsort(counts[users], kind="stable")], COUNT):
        kinds = {user: _values(evaluation, user) for user in part.tolist()}
        if kinds:
            found.append(min(kinds, key=lambda user: sum(seen[kind] for kind in kinds[user])))
            seen.update(kinds[found[-1]])
    return found


def _values(evaluation: Evaluation, user: int) -> list[tuple[str, Any]]:
    row = evaluation.dataset.users.iloc[user]
    return [(each.column, row[each.column]) for each in _categories(evaluation)]


def _categories(evaluation: Evaluation) -> list[Feature]:
    config = next(iter(evaluation.configs.values()))
    return [each for each in config.features.user if each.grouping == "one"]


def _example(evaluation: Evaluation, task: Task, user: int) -> ExampleUser:
    row = evaluation.dataset.users.iloc[user]
    values = [label_of(each, row[each.column]) for each in _categories(evaluation)]
    count = int((task.train.users == user).sum())
    about = ", ".join([*values, f"{count:,} training interactions" if count else "no training interactions"])
    questions = [each for each in task.questions if user in each.users]
    liked, lists = _liked(evaluation, task, questions[-1], user), _lists(evaluation, questions, user)
    return ExampleUser(f"User {evaluation.dataset.user_ids[user]}", about, questions[-1].known, liked, lists)


def _liked(evaluation: Evaluation, task: Task, question: Question, user: int) -> list[ListedItem]:
    """What a recommender may know that the user liked, the highest values first."""
    dataset, row = evaluation.dataset, question.history[int(np.flatnonzero(question.users == user)[0])]
    best = np.argsort(-row.data, kind="stable")[:LENGTH]
    liked, explicit = best[row.data[best] >= task.liked], dataset.schema.feedback.scale is not None
    return [_item(dataset, row.indices[each], float(row.data[each]) if explicit else None) for each in liked]


def _lists(evaluation: Evaluation, questions: list[Question], user: int) -> list[ExampleList]:
    return [
        _list(evaluation, question, _title(name, question, evaluation), results.runs[0].lists[question.name], user)
        for question in questions
        for name, results in evaluation.models.items()
        if question.name in results.runs[0].lists
    ]


def _title(name: str, question: Question, evaluation: Evaluation) -> str:
    given = "" if question.known else f", given {question.name or 'nothing'}"
    return (name if len(evaluation.models) > 1 else "Recommended") + given


def _list(evaluation: Evaluation, question: Question, title: str, lists: np.ndarray, user: int) -> ExampleList:
    row = int(np.flatnonzero(question.users == user)[0])
    relevant = set(question.relevant[row].indices.tolist())
    listed = [item for item in lists[row, :LENGTH].tolist() if item >= 0]
    items = [_item(evaluation.dataset, item, relevant=item in relevant) for item in listed]
    return ExampleList(title, items, sum(item.relevant for item in items), len(relevant))


def _item(dataset: Dataset, row: int, rating: float | None = None, relevant: bool = False) -> ListedItem:
    [record] = records(dataset.items.iloc[[row]])
    declared = dataset.schema.items
    title = record.get(declared.title) if declared.title else None
    facts = [_text(record[column]) for column in dataset.item_schema.facts if column != declared.title]
    name = str(record[declared.id] if title is None else title)
    return ListedItem(name, " · ".join(fact for fact in facts if fact), rating, relevant)


def _text(fact: Any) -> str:
    if fact is None:
        return ""
    return ", ".join(map(str, fact)) if isinstance(fact, (list, tuple)) else str(fact)
