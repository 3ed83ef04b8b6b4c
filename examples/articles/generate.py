"""Writes a small magazine: its articles and what readers did with them, with tastes that are known.

    python examples/articles/generate.py [--out DIR]

Every draw is a `Random.random()` and only plain arithmetic follows it, so both files are the same bytes with every
Python and on every machine.
"""

from __future__ import annotations

import argparse
import csv
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TypeVar

T = TypeVar("T")

FOLDER = Path(__file__).resolve().parent
SEED = 2024
READERS, ARTICLES_OF_A_DAY = 400, 6
FIRST_DAY, DAYS, UNREAD_DAYS = datetime(2024, 3, 1, tzinfo=timezone.utc), 60, 3
"""Articles appear on `DAYS` days; those of the last `UNREAD_DAYS` days have no reads yet."""

TOPICS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "sport": {
        "football": ("striker", "goalkeeper", "penalty", "derby"),
        "cycling": ("peloton", "sprint", "mountain stage", "helmet"),
        "tennis": ("racket", "serve", "clay court", "tie-break"),
    },
    "science": {
        "space": ("telescope", "orbit", "comet", "rocket"),
        "medicine": ("vaccine", "antibiotic", "clinic", "immune system"),
        "climate": ("glacier", "heatwave", "carbon", "sea level"),
    },
    "culture": {
        "film": ("director", "screenplay", "premiere", "festival"),
        "books": ("novel", "publisher", "poet", "translation"),
        "opera": ("soprano", "conductor", "overture", "libretto"),
    },
    "economy": {
        "housing": ("rent", "mortgage", "landlord", "tenant"),
        "energy": ("wind farm", "battery", "power grid", "solar panel"),
        "work": ("wages", "strike", "pension", "overtime"),
    },
    "food": {
        "baking": ("sourdough", "oven", "flour", "crust"),
        "wine": ("vineyard", "grape", "cellar", "vintage"),
        "vegetables": ("cabbage", "tomato", "lentil", "market stall"),
    },
    "travel": {
        "trains": ("night train", "platform", "railway", "dining car"),
        "hiking": ("summit", "trail", "backpack", "mountain hut"),
        "islands": ("ferry", "lagoon", "harbour", "lighthouse"),
    },
}
"""The sections of the magazine, the topics of each, and their words. No column names a topic; the texts show it."""

TITLES = ("The {} that changed everything", "Why the {} matters now", "A year with the {}", "What the {} tells us")
TEASERS = (
    "It began with the {} and ended with the {}: a report.",
    "Experts look at the {}, and few expected the {}.",
    "Our reporter on the {}, the {} and what comes next.",
)

FAVOURITE_SECTIONS, FAVOURITE_TOPIC, DISLIKED = (3.0, 2.0), 10.0, 0.1
"""Planted tastes: how many times as often as anybody a reader picks two sections, one topic in each, and a third
section, which the reader hides when it is shown."""


@dataclass(frozen=True)
class Article:
    """An article; `day` is that of its publication, `fame` how often it is come across, from 0.2 to 1."""

    id: str
    title: str
    teaser: str
    section: str
    topic: str
    day: int
    fame: float


@dataclass(frozen=True)
class Reader:
    """A reader, with how much more sections and topics are liked."""

    id: str
    sections: Mapping[str, float]
    topics: Mapping[str, float]


def planted_taste(reader: Reader, article: Article) -> float:
    """How many times as often as anybody the reader picks the article, whatever its age."""
    return reader.sections.get(article.section, 1.0) * reader.topics.get(article.topic, 1.0)


def freshness(age: int) -> float:
    """How much is left of an article's readers `age` days after it has appeared: half after six days."""
    return 1 / (1 + (age / 6) * (age / 6)) if age >= 0 else 0.0


def main() -> None:
    """Writes the two files, by default beside this script."""
    parser = argparse.ArgumentParser(description="Make the articles.csv and reads.csv of a magazine.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write to")
    write(parser.parse_args().out)


def write(out: Path, seed: int = SEED) -> None:
    """Writes articles.csv and reads.csv into the folder `out`."""
    rng = Random(seed)
    articles, readers = simulate(rng)
    events = sorted(event for reader in readers for event in _events(rng, reader, articles))
    out.mkdir(parents=True, exist_ok=True)
    _write(
        out / "articles.csv",
        ("article_id", "issue", "published", "section", "title", "teaser"),
        ((a.id, a.day + 1, _date(a.day), a.section, a.title, a.teaser) for a in articles),
    )
    _write(out / "reads.csv", ("at", "reader_id", "article_id", "action"), events)


def simulate(rng: Random) -> tuple[list[Article], list[Reader]]:
    """The articles and the readers that the files are made of."""
    days = [day for day in range(DAYS) for _ in range(ARTICLES_OF_A_DAY)]
    articles = [_article(rng, number, day) for number, day in enumerate(days, 1)]
    return articles, [_reader(rng, number) for number in range(1, READERS + 1)]


def _article(rng: Random, number: int, day: int) -> Article:
    section = _one_of(rng, list(TOPICS))
    topic = _one_of(rng, list(TOPICS[section]))
    of_title, *of_teaser = _some_of(rng, TOPICS[section][topic], 3)
    return Article(
        id=f"a{number:03d}",
        title=_one_of(rng, TITLES).format(of_title),
        teaser=_one_of(rng, TEASERS).format(*of_teaser),
        section=section,
        topic=topic,
        day=day,
        fame=0.2 + 0.8 * rng.random(),
    )


def _reader(rng: Random, number: int) -> Reader:
    first, second, disliked = _some_of(rng, list(TOPICS), 3)
    sections = {first: FAVOURITE_SECTIONS[0], second: FAVOURITE_SECTIONS[1], disliked: DISLIKED}
    topics = {_one_of(rng, list(TOPICS[section])): FAVOURITE_TOPIC for section in (first, second)}
    return Reader(f"r{number:03d}", sections, topics)


def _events(rng: Random, reader: Reader, articles: Sequence[Article]) -> Iterator[tuple[str, str, str, str]]:
    """What a reader does: reads an article, perhaps shares it, and hides some of those that are shown to everybody."""
    seen: set[str] = set()
    for _ in range(12 + int(18 * rng.random())):
        now = rng.random() * (DAYS - UNREAD_DAYS)
        shown = [article for article in articles if article.day <= now and article.id not in seen]
        odds = [article.fame * freshness(int(now) - article.day) for article in shown]
        for_everybody = rng.random() < 0.15
        if not for_everybody:
            odds = [each * planted_taste(reader, article) for each, article in zip(odds, shown, strict=True)]
        article = _drawn(rng, shown, odds)
        seen.add(article.id)
        liking = planted_taste(reader, article)
        if for_everybody and liking >= 1:
            continue
        at = _time(now)
        yield at, reader.id, article.id, "hide" if for_everybody else "read"
        if not for_everybody and rng.random() < (0.3 if liking > 1 else 0.05):
            yield _time(now + rng.random() / 100), reader.id, article.id, "share"


def _time(day: float) -> str:
    return (FIRST_DAY + timedelta(seconds=int(day * 86_400))).strftime("%Y-%m-%dT%H:%M:%SZ")


def _date(day: int) -> str:
    return (FIRST_DAY + timedelta(days=day)).strftime("%Y-%m-%d")


def _drawn(rng: Random, values: Sequence[T], odds: Sequence[float]) -> T:
    sums = list(accumulate(odds))
    return values[bisect(sums, rng.random() * sums[-1], hi=len(sums) - 1)]


def _one_of(rng: Random, values: Sequence[T]) -> T:
    return values[int(rng.random() * len(values))]


def _some_of(rng: Random, values: Sequence[T], count: int) -> list[T]:
    """`count` different ones of `values`."""
    left = list(values)
    return [left.pop(int(rng.random() * len(left))) for _ in range(count)]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main()
