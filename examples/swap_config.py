"""Swap parts in YAML: a recommender, the same one with other stores, and then one with another pipeline.

python examples/swap_config.py
"""

import sys
import tempfile
from pathlib import Path

from towhee import register

from towhee_recsys import RecsysError, index_pipeline, load_config, load_pipeline, recommend_pipeline, train

USER = {"gender": "F", "age": "56+", "occupation": "artist"}

OTHER_STORES = """
extends: sample
model: {dir: MODEL}
milvus: {uri: FOLDER/other.db, collection: films}
catalogue: sqlite:///FOLDER/other.sqlite
top_k: 3
"""

NO_DOCUMENTARIES = """
input: user
steps:
  - map: user -> vector
    op: user_encoder
    args: {model_dir: "${model.dir}"}
  - map: vector -> vector
    op: normalize
  - map: vector -> hits
    op: milvus_search
    args: {uri: "${milvus.uri}", collection: "${milvus.collection}", top_k: 50}
  - map: hits -> movies
    op: lookup
    args: {catalogue: "${catalogue}"}
  - map: movies -> movies
    op: example/without_genre
    args: {genre: Documentary, top_k: "${top_k}"}
output: movies
"""


@register(name="example/without_genre")
class WithoutGenre:
    """A custom operator that drops the movies of a genre."""

    def __init__(self, genre: str, top_k: int):
        self._genre, self._top_k = genre, top_k

    def __call__(self, movies: list[dict]) -> list[dict]:
        """The first `top_k` movies that are not of the genre."""
        return [movie for movie in movies if self._genre not in movie["genres"]][: self._top_k]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = load_config("sample", top_k=3)
        if not Path(first.model.dir).exists():
            train(first)
        index_pipeline(first)()
        show("configs/sample.yaml", recommend_pipeline(first))

        other = Path(folder) / "other.yaml"
        other.write_text(OTHER_STORES.replace("FOLDER", folder).replace("MODEL", first.model.dir), encoding="utf-8")
        second = load_config(other)
        index_pipeline(second)()
        show("other stores, in five lines of YAML", recommend_pipeline(second))

        pipeline = Path(folder) / "no_documentaries.yaml"
        pipeline.write_text(NO_DOCUMENTARIES, encoding="utf-8")
        show("another pipeline, with a custom operator", load_pipeline(pipeline, second))


def show(title: str, recommend) -> None:
    (movies,) = recommend(USER).get()
    print(f"{title}: " + "; ".join(f"{movie['title']} ({', '.join(movie['genres'])})" for movie in movies))


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
