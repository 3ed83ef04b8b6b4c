"""What immediate feedback gains: held-out interactions are replayed one by one, and the next liked item is ranked.

python -m benchmarks feedback [-c movielens_1m] [--set dataset.path=DIR] [--users 200] [--json] [--choose]

A model is trained without all ratings of a tenth of the users, the new ones, and without half of the ratings of
another tenth, the known ones. Each user's held-out ratings come in a random order, since MovieLens' times are those of
a few sessions. Before each that shows liking, all items are ranked that the user has not rated until then: for the user
as training left them, by demographics alone where they are new, and for the user with the ratings before it as
feedback. NDCG@10 is 1 / log2(rank + 1) of the next liked item, 0 below rank 10; the figures are means over all such
ratings.

With `--choose` the constants of folding in are compared on the other half of the users, by a measure with less noise:
the first half of a user's `--ratings` is the feedback, and the figure is NDCG@10 of the liked items in the rest.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.case import config_parser
from towhee_recsys import RecsysError, load_config, read_dataset, train
from towhee_recsys.bundle import Bundle, UserEncoder
from towhee_recsys.bundle.towers import item_vectors
from towhee_recsys.cli.common import table
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.objectives.ranking import FoldInRanking
from towhee_recsys.training.validated import validated

REPLAYED = 20
"""Ratings of a user that are replayed at most."""

AFTER = (1, 5, 10, REPLAYED)
"""The figures are also shown for up to so many ratings before, from one limit to the next."""

USERS, HELD_OUT = 0.1, 0.5
"""The share of the users that are known ones, and that are new ones, and of a known user's ratings that is held out."""

TRIED = {"past_weight": (0, 0.3, 1, 3), "dislike": (0, 0.25, 0.5, 1)}
"""The constants that `--choose` compares, one after the other, with their values."""


@dataclass(frozen=True, eq=False)
class Replay:
    """Held-out ratings of users.

    Attributes:
        records: The users' records: the id of a known one, the columns of a new one.
        seen: For each the rows of the items that training knows the user to have rated.
        events: For each the held-out ratings in their order, as (row of the item, rating).
    """

    records: list[dict[str, Any]]
    seen: list[np.ndarray]
    events: list[list[tuple[int, float]]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Trains where need be, replays and prints."""
    parser = config_parser(__doc__)
    parser.add_argument("--work", default="build/feedback", metavar="DIR", help="for the data and the model")
    parser.add_argument("--users", type=int, default=200, metavar="N", help="known ones, and as many new ones")
    parser.add_argument("--choose", action="store_true", help="compare the constants, on the other half of the users")
    parser.add_argument(
        "--ratings", type=int, default=REPLAYED, metavar="N", help="with --choose: of each user, at most"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args(arguments)
    config = load_config(given.config, overrides=given.set)
    whole = read_dataset(config.dataset)
    held_out = drawn(whole, config.seed)
    bundle = trained(config, whole, held_out, Path(given.work).resolve())
    part, most = (0, given.ratings) if given.choose else (1, REPLAYED)
    replays = {
        name: replay(whole, rows, name == "known", part, given.users, config.seed, most)
        for name, rows in held_out.items()
    }
    if given.choose:
        return choose(bundle, whole, replays)
    found = {name: figures(bundle, whole, each) for name, each in replays.items()}
    print(json.dumps(found, indent=1)) if given.json else show(found)


def drawn(whole: Dataset, seed: int) -> dict[str, np.ndarray]:
    """The rows of the held-out interactions, of known users and of new ones."""
    random = np.random.default_rng(seed)
    users = round(USERS * len(whole.users))
    known, new = np.split(random.permutation(len(whole.users))[: 2 * users], 2)
    given = whole.interactions
    some = np.isin(given.users, known) & (random.random(len(given)) < HELD_OUT)
    return {"known": np.flatnonzero(some), "new": np.flatnonzero(np.isin(given.users, new))}


def trained(config: Config, whole: Dataset, held_out: dict[str, np.ndarray], work: Path) -> Bundle:
    """The model of the data without the held-out interactions; it is kept for the next time."""
    source, folder = Path(str(config.dataset.path)), work / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("movies.dat", "users.dat"):
        (folder / name).write_bytes((source / name).read_bytes())
    rows, given = np.concatenate([*held_out.values()]), whole.interactions
    users, items = whole.user_ids[given.users[rows]], whole.item_ids[given.items[rows]]
    hidden = set(zip(users.tolist(), items.tolist(), strict=True))
    lines = (source / "ratings.dat").read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if tuple(map(int, line.split(b"::")[:2])) not in hidden]
    (folder / "ratings.dat").write_bytes(b"".join(kept))
    config = load_config(config, **{"dataset.path": str(folder), "model.dir": str(work / "model")})
    return validated(config, read_dataset(config.dataset)) or train(config)


def replay(
    whole: Dataset, rows: np.ndarray, known: bool, part: int, users: int, seed: int, most: int = REPLAYED
) -> Replay:
    """The held-out interactions at `rows`, `most` of each of every second user from `part` on, of `users` at most."""
    random = np.random.default_rng([seed, part])
    given, columns = whole.interactions, [each for each in ("gender", "age", "occupation") if each in whole.users]
    held_out = np.zeros(len(given), dtype=bool)
    held_out[rows] = True
    found = Replay([], [], [])
    for user in np.unique(given.users[rows])[part::2][:users].tolist():
        own = np.flatnonzero(given.users == user)
        order = random.permutation(own[held_out[own]])[:most]
        line = whole.users.iloc[user]
        id_column = whole.schema.users.id
        found.records.append({each: line[each] for each in ([id_column] if known else columns)})
        found.seen.append(given.items[own[~held_out[own]]] if known else np.zeros(0, np.int32))
        found.events.append([(int(given.items[row]), float(given.values[row])) for row in order])
    return found


def figures(bundle: Bundle, whole: Dataset, given: Replay) -> dict[str, Any]:
    """NDCG@10 without and with feedback, in all and by the number of ratings before."""
    without, with_feedback, before = gains(bundle, whole, given)
    parts = {
        f"{first + 1} to {last}" if last > first + 1 else f"{last}": mask
        for first, last in pairwise([0, *AFTER])
        if (mask := (before > first) & (before <= last)).any()
    }
    chosen = {"all": np.ones(len(before), dtype=bool), **parts}
    return {
        "users": len(given.records),
        "ratings": len(before),
        "ndcg@10": {
            name: {"without": float(without[mask].mean()), "with": float(with_feedback[mask].mean())}
            for name, mask in chosen.items()
        },
    }


def gains(bundle: Bundle, whole: Dataset, given: Replay) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each liked rating its gain without and with the ratings before, and how many these are."""
    encode, liked, ids = UserEncoder(bundle), whole.schema.feedback.liked, whole.item_ids.tolist()
    vectors = _vectors(bundle, ids)
    plain = np.asarray(normalize(encode(given.records)))
    found: list[tuple[float, float, int]] = []
    for step in range(REPLAYED):
        users = [row for row, events in enumerate(given.events) if len(events) > step and events[step][1] >= liked]
        if not users:
            continue
        feedback = [[(ids[item], value) for item, value in given.events[row][:step]] for row in users]
        records = [{**given.records[row], "feedback": own} for row, own in zip(users, feedback, strict=True)]
        moved = np.asarray(normalize(encode(records)))
        for row, vector in zip(users, moved, strict=True):
            rated = [*given.seen[row].tolist(), *(item for item, _ in given.events[row][:step])]
            target = given.events[row][step][0]
            found.append((*(_gain(each @ vectors.T, rated, target) for each in (plain[row], vector)), step))
    without, with_feedback, before = np.array(found).T
    return without, with_feedback, before.astype(int)


def halves(bundle: Bundle, whole: Dataset, given: Replay) -> tuple[np.ndarray, np.ndarray]:
    """Each user's NDCG@10 of the liked items in the second half of the ratings, without and with the first as feedback.

    A user who likes none of them has none.
    """
    encode, liked, ids = UserEncoder(bundle), whole.schema.feedback.liked, whole.item_ids.tolist()
    vectors = _vectors(bundle, ids)
    first = [events[: len(events) // 2] for events in given.events]
    rest = [events[len(events) // 2 :] for events in given.events]
    wanted = [[item for item, value in events if value >= liked] for events in rest]
    rated = [[*seen, *(item for item, _ in events)] for seen, events in zip(given.seen, first, strict=True)]
    feedback = [[(ids[item], value) for item, value in events] for events in first]
    moved = [{**record, "feedback": own} for record, own in zip(given.records, feedback, strict=True)]

    def figures_of(records: list[dict[str, Any]]) -> np.ndarray:
        scores = np.asarray(normalize(encode(records))) @ vectors.T
        return np.array([_ndcg(*each) for each in zip(scores, rated, wanted, strict=True) if each[2]])

    return figures_of(given.records), figures_of(moved)


def _vectors(bundle: Bundle, ids: Sequence[Any]) -> np.ndarray:
    rows, vectors = item_vectors(bundle)
    return vectors[[rows[str(key)] for key in ids]]


def _ndcg(scores: np.ndarray, rated: Sequence[int], wanted: Sequence[int]) -> float:
    scores[list(rated)] = -np.inf
    gains = 1 / np.log2(np.arange(10) + 2)
    return float(gains @ np.isin(np.argsort(-scores)[:10], wanted) / gains[: len(wanted)].sum())


def _gain(scores: np.ndarray, rated: Sequence[int], target: int) -> float:
    scores[list(rated)] = -np.inf
    rank = 1 + int(np.count_nonzero(scores > scores[target]))
    return 1 / float(np.log2(rank + 1)) if rank <= 10 else 0.0


def choose(bundle: Bundle, whole: Dataset, replays: dict[str, Replay]) -> None:
    """Prints what each value of each constant reaches, while the others have their own."""
    now = [halves(bundle, whole, own) for own in replays.values()]
    print(
        "without feedback:",
        ", ".join(f"{name} {found[0].mean():.4f}" for name, found in zip(replays, now, strict=True)),
    )
    for name, values in TRIED.items():
        rows = []
        for value in values:
            with changed(name, value):
                found = [halves(bundle, whole, own)[1] for own in replays.values()]
            cells = (_compared(*each) for each in zip(found, (own for _, own in now), strict=True))
            rows.append([f"{value:g}", *(cell for pair in cells for cell in pair)])
        columns = [name, *(f"{each}, {what}" for each in replays for what in ("NDCG@10", "difference"))]
        table(f"NDCG@10 of liked items by {name}, and difference to {getattr(FoldInRanking, name):g}", columns, rows)


def _compared(found: np.ndarray, now: np.ndarray) -> tuple[str, str]:
    """The mean of users' figures, and that of their differences to others with its standard error."""
    difference = found - now
    return f"{found.mean():.4f}", f"{difference.mean():+.4f} ± {difference.std() / np.sqrt(len(difference)):.4f}"


@contextmanager
def changed(name: str, value: float) -> Iterator[None]:
    """Folding in with another value of a constant."""
    before = getattr(FoldInRanking, name)
    setattr(FoldInRanking, name, value)
    try:
        yield
    finally:
        setattr(FoldInRanking, name, before)


def show(found: dict[str, Any]) -> None:
    """Prints a table: users, ratings before, NDCG@10 without and with."""
    rows = [
        [f"{name} users" if each == "all" else "", each, pair["without"], pair["with"]]
        for name, result in found.items()
        for each, pair in result["ndcg@10"].items()
    ]
    counts = ", ".join(f"{each['ratings']:,} of {each['users']} {name} users" for name, each in found.items())
    table(f"NDCG@10 of the next liked item: {counts}", ["", "Ratings before", "Without", "With feedback"], rows)


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
