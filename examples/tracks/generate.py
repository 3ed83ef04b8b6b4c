"""Writes a small music service: tracks and how often listeners have played them, with tastes that are known.

    python examples/tracks/generate.py [--out DIR]

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
LISTENERS, ARTISTS_OF_A_SCENE, TRACKS_OF_AN_ARTIST = 500, 4, 12
FIRST_DAY, DAYS = datetime(2024, 1, 1, tzinfo=timezone.utc), 365

SCENES: Mapping[str, Sequence[str]] = {
    "jazz": ("jazz", "piano", "instrumental"),
    "folk": ("folk", "acoustic", "singer-songwriter"),
    "metal": ("metal", "guitar", "loud"),
    "techno": ("electronic", "dance", "instrumental"),
    "hip-hop": ("hip-hop", "beats", "lyrics"),
    "classical": ("classical", "piano", "strings"),
    "soul": ("soul", "funk", "dance"),
    "indie": ("indie", "guitar", "singer-songwriter"),
    "ambient": ("electronic", "calm", "strings"),
}
"""The scenes that artists belong to, with the tags of their tracks. No column names a scene; some share a tag."""

FIRST_WORDS = ("Silver", "Broken", "Hidden", "Electric", "Paper", "Midnight", "Golden", "Slow", "Distant", "Burning")
SECOND_WORDS = ("River", "Mirror", "Garden", "Signal", "Winter", "Harbour", "Machine", "Letter", "Summer", "Street")
NAMES = ("Ada", "Bruno", "Chiara", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaja", "Lena")
ENSEMBLES = ("Quartet", "Collective", "& The Owls")

FAVOURITE_SCENES, FAVOURITE_ARTISTS = (12.0, 6.0), (4.0, 4.0, 4.0)
"""Planted tastes: how many times as often as anybody a listener plays tracks of two scenes and of three artists."""


@dataclass(frozen=True)
class Track:
    """A track; `fame` is how often it is come across, from 0.1 to 1."""

    id: int
    title: str
    artist: str
    scene: str
    tags: tuple[str, ...]
    year: int
    fame: float


@dataclass(frozen=True)
class Listener:
    """A listener, of whom the data show nothing but plays; scenes and artists with how much more they are liked."""

    id: int
    scenes: Mapping[str, float]
    artists: Mapping[str, float]


def planted_taste(listener: Listener, track: Track) -> float:
    """How many times as often as anybody the listener plays the track."""
    return listener.scenes.get(track.scene, 1.0) * listener.artists.get(track.artist, 1.0)


def main() -> None:
    """Writes the two files, by default beside this script."""
    parser = argparse.ArgumentParser(description="Make the tracks.csv and plays.csv of a music service.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write to")
    write(parser.parse_args().out)


def write(out: Path, seed: int = SEED) -> None:
    """Writes tracks.csv and plays.csv into the folder `out`."""
    rng = Random(seed)
    tracks, listeners = simulate(rng)
    plays = [play for listener in listeners for play in _plays(rng, listener, tracks)]
    out.mkdir(parents=True, exist_ok=True)
    _write(
        out / "tracks.csv",
        ("track_id", "title", "artist", "tags", "year"),
        ((track.id, track.title, track.artist, "|".join(track.tags), track.year) for track in tracks),
    )
    _write(out / "plays.csv", ("listener_id", "track_id", "plays", "last_played"), plays)


def simulate(rng: Random) -> tuple[list[Track], list[Listener]]:
    """The tracks and the listeners that the files are made of."""
    artists = {name: scene for scene in SCENES for name in _artists(scene)}
    described = [fields for name, scene in artists.items() for fields in _tracks(rng, name, scene)]
    tracks = [Track(1001 + row, *fields) for row, fields in enumerate(described)]
    return tracks, [_listener(rng, 1 + row, artists) for row in range(LISTENERS)]


def _artists(scene: str) -> list[str]:
    first = list(SCENES).index(scene) * ARTISTS_OF_A_SCENE
    numbers = range(first, first + ARTISTS_OF_A_SCENE)
    return [f"{NAMES[number % len(NAMES)]} {ENSEMBLES[number // len(NAMES)]}" for number in numbers]


def _tracks(rng: Random, artist: str, scene: str) -> Iterator[tuple[str, str, str, tuple[str, ...], int, float]]:
    """The fields of an artist's tracks, without ids."""
    debut = 1970 + int(45 * rng.random())
    for _ in range(TRACKS_OF_AN_ARTIST):
        title = f"{_one_of(rng, FIRST_WORDS)} {_one_of(rng, SECOND_WORDS)}"
        tags = tuple(tag for tag in SCENES[scene] if rng.random() < 0.8) or (SCENES[scene][0],)
        yield title, artist, scene, tags, debut + int(9 * rng.random()), 0.1 + 0.9 * rng.random() * rng.random()


def _listener(rng: Random, number: int, artists: Mapping[str, str]) -> Listener:
    scenes = dict(zip(_some_of(rng, list(SCENES), len(FAVOURITE_SCENES)), FAVOURITE_SCENES, strict=True))
    near = [artist for artist, scene in artists.items() if scene in scenes]
    return Listener(
        number, scenes, dict(zip(_some_of(rng, near, len(FAVOURITE_ARTISTS)), FAVOURITE_ARTISTS, strict=True))
    )


def _plays(rng: Random, listener: Listener, tracks: Sequence[Track]) -> Iterator[tuple[int, int, int, str]]:
    """The tracks that a listener has played: how often each, and when for the last time."""
    left = list(tracks)
    for _ in range(8 + int(14 * rng.random())):
        odds = list(accumulate(track.fame * planted_taste(listener, track) for track in left))
        track = left.pop(bisect(odds, rng.random() * odds[-1], hi=len(odds) - 1))
        count, again = 1, _again(planted_taste(listener, track))
        while rng.random() < again and count < 20:
            count += 1
        last = FIRST_DAY + timedelta(seconds=int(rng.random() * DAYS * 86_400))
        yield listener.id, track.id, count, last.strftime("%Y-%m-%dT%H:%M:%SZ")


def _again(taste: float) -> float:
    """The share of plays that another one follows: of any track, of one of the scene, of one of the artist, too."""
    return 0.2 if taste <= 1 else 0.6 if taste <= max(FAVOURITE_SCENES) else 0.8


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
