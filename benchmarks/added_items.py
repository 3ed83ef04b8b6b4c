"""How well items rank that no user has rated yet: they are added to the index by genres, title and year alone.

python -m benchmarks.added_items [-c movielens_1m] [--set dataset.path=DIR] [--json]

The items that the protocol cold-items holds out are removed from the dataset, with all their ratings. A model is
trained and indexed on the rest; then the items are added as by `towhee-recsys index --add`. Each is ranked among all
items, rated ones included, for every user who liked it. For comparison, items that training has seen are ranked for
users whose ratings of them were held out, and the rank of a random item is computed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.case import config_parser
from towhee_recsys import RecsysError, add_items, index_pipeline, load_config, read_dataset, train
from towhee_recsys.bundle import Bundle, UserEncoder
from towhee_recsys.cli.common import table
from towhee_recsys.config import Config
from towhee_recsys.config.milvus import MilvusConfig
from towhee_recsys.data import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.stores.vectors import index_of
from towhee_recsys.training.training_split import task_of

WITHIN = (100, 500)
"""Lengths of lists: the recall is the share of liked items that are in a list of this length."""

AT_ONCE = 256
"""Users in a batch."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Trains, indexes, adds, ranks and prints."""
    parser = config_parser(__doc__)
    parser.add_argument("--work", default="build/added_items", metavar="DIR", help="for the model and the stores")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args(arguments)
    found = measured(load_config(given.config, overrides=given.set), Path(given.work).resolve())
    print(json.dumps(found, indent=1, ensure_ascii=False)) if given.json else show(found)


def measured(config: Config, work: Path) -> dict[str, Any]:
    """The figures of hidden items, of known items and of a random item, and those of each hidden item."""
    whole = read_dataset(config.dataset)
    hidden = task_of(config.model_copy(update={"protocol": "cold-items"}), whole).test
    likings = liked(hidden, config)
    data = part(Path(str(config.dataset.path)), work, set(ids(whole, hidden.items).tolist()))
    config = on(config, data, work)
    bundle = train(config, fresh=True)
    (record,) = index_pipeline(config)().get()
    added = add_items(config, work / "hidden.dat")
    catalogue = vectors_in_index(config, ids(whole, np.arange(len(whole.items))))
    assert len(catalogue) == record.rows + added, f"{len(catalogue)} items are in the index"
    known = read_dataset(config.dataset)
    held_out = liked(task_of(config, known).test, config)
    cold = ranks(bundle, catalogue, ids(whole, likings.users, "user"), ids(whole, likings.items))
    warm = ranks(bundle, catalogue, ids(known, held_out.users, "user"), ids(known, held_out.items))
    return {
        "dataset": whole.name,
        "items": len(catalogue),
        "hidden": added,
        "rows": {
            "added, by content alone": figures(cold),
            "known to training": figures(warm),
            "a random item": by_chance(len(catalogue)),
        },
        "each": each_item(whole, likings, cold, len(catalogue)),
    }


def part(source: Path, work: Path, hidden: Collection[int]) -> Path:
    """Copies the dataset without the hidden items, which are written to `hidden.dat`, and returns its folder."""
    folder = work / "data"
    folder.mkdir(parents=True, exist_ok=True)
    names = {str(key).encode() for key in hidden}
    items = lines(source / "movies.dat")
    (work / "hidden.dat").write_bytes(b"".join(line for line in items if line.split(b"::")[0] in names))
    (folder / "movies.dat").write_bytes(b"".join(line for line in items if line.split(b"::")[0] not in names))
    rated = lines(source / "ratings.dat")
    (folder / "ratings.dat").write_bytes(b"".join(line for line in rated if line.split(b"::")[1] not in names))
    (folder / "users.dat").write_bytes((source / "users.dat").read_bytes())
    return folder


def lines(file: Path) -> list[bytes]:
    """The lines of a file, with their line ends."""
    return file.read_bytes().splitlines(keepends=True)


def on(config: Config, data: Path, work: Path) -> Config:
    """`config` on the copied data, with a tenth of the ratings held out, and with its own model and stores."""
    stores = {"milvus": MilvusConfig(uri=str(work / "movies.db")), "catalogue": f"sqlite:///{work / 'movies.sqlite'}"}
    dataset = config.dataset.model_copy(update={"path": str(data)})
    own = {"dataset": dataset, "protocol": "rating-90-10", **stores}
    return config.model_copy(update=own).with_model_dir(work / "model")


def liked(ratings: Interactions, config: Config) -> Interactions:
    """Those of `ratings` that show liking."""
    return ratings.take(ratings.values >= config.dataset.feedback.liked)


def ids(dataset: Dataset, rows: np.ndarray, side: str = "item") -> np.ndarray:
    """The ids of the items, or users, in these rows of the dataset's table."""
    return (dataset.item_ids if side == "item" else dataset.user_ids)[rows]


def vectors_in_index(config: Config, items: np.ndarray) -> dict[int, np.ndarray]:
    """The vector of each item, as the live index holds it."""
    index = index_of(config.milvus)
    rows = index.store.rows(index.live().build, items.tolist())
    return dict(zip(rows.ids.tolist(), rows.vectors, strict=True))


def ranks(bundle: Bundle, catalogue: dict[int, np.ndarray], users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """For each pair of user id and item id, the rank of the item among all items for the user, from 1."""
    vectors, lines_of = np.stack(list(catalogue.values())), {key: line for line, key in enumerate(catalogue)}
    wanted = np.array([lines_of[key] for key in items.tolist()], dtype=np.int64)
    people, person = np.unique(users, return_inverse=True)
    encode, found = UserEncoder(bundle), np.zeros(len(users), dtype=np.int64)
    for first in range(0, len(people), AT_ONCE):
        some = [{"user_id": key} for key in people[first : first + AT_ONCE].tolist()]
        scores = np.asarray(normalize(encode(some))) @ vectors.T
        for pair in np.flatnonzero((person >= first) & (person < first + AT_ONCE)):
            line = scores[person[pair] - first]
            found[pair] = 1 + np.count_nonzero(line > line[wanted[pair]])
    return found


def figures(places: np.ndarray) -> dict[str, float]:
    """The figures of the ranks of all liked items."""
    recalls = {f"recall@{length}": float((places <= length).mean()) for length in WITHIN}
    return {"likings": len(places), "median rank": float(np.median(places)), **recalls}


def by_chance(items: int) -> dict[str, float]:
    """The figures of an item with a random rank."""
    return {"median rank": (items + 1) / 2, **{f"recall@{length}": min(1.0, length / items) for length in WITHIN}}


def each_item(dataset: Dataset, likings: Interactions, places: np.ndarray, items: int) -> list[dict[str, Any]]:
    """Each hidden item with its median rank, best first."""
    table_of = dataset.items.set_index("movie_id")
    found = []
    for line in np.unique(likings.items):
        key = int(ids(dataset, line))
        own = places[likings.items == line]
        found.append({"movie_id": key, "title": table_of.title[key], "genres": table_of.genres[key], **figures(own)})
    return sorted(found, key=lambda item: item["median rank"])


def show(found: dict[str, Any]) -> None:
    """Prints a table of the three, and below it the hidden items with the best and the worst ranks."""
    title = f"{found['dataset']}: {found['hidden']} of {found['items']:,} items hidden from training, then added"
    columns = ["median rank", *(f"recall@{length}" for length in WITHIN)]
    rows = [
        [name, f"{row['likings']:,}" if "likings" in row else "", *(row[column] for column in columns)]
        for name, row in found["rows"].items()
    ]
    table(title, ["", "Likings", "Median rank", *map(str.capitalize, columns[1:])], rows)
    for name, items in {"Best ranks": found["each"][:5], "Worst ranks": found["each"][-5:]}.items():
        cells = [[item["title"], ", ".join(item["genres"]), item["likings"], item["median rank"]] for item in items]
        print()
        table(name, ["Title", "Genres", "Likings", "Median rank"], cells)


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
