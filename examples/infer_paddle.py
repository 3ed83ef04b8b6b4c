"""The answer of infer_milvus.py without Milvus: Paddle scores every movie. The scores agree within 1e-5.

python examples/infer_paddle.py -a 25 -g F -j programmer [-c movielens_1m] [--set dataset.path=data/ml-1m]
"""

import argparse
import sys

import numpy as np

from towhee_recsys import RecsysError, load_bundle, load_config, read_dataset
from towhee_recsys.bundle import MovieEncoder, UserEncoder
from towhee_recsys.model.vectors import normalize


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-a", "--age")
    parser.add_argument("-g", "--gender")
    parser.add_argument("-j", "--job")
    parser.add_argument("-c", "--config", default="sample")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    config = load_config(given.config, overrides=given.set)
    bundle = load_bundle(config.model.dir)
    movies = read_dataset(config.dataset).movies
    user = normalize(UserEncoder(bundle)({"gender": given.gender, "age": given.age, "occupation": given.job}))
    vectors = normalize(MovieEncoder(bundle)([{"movie_id": key} for key in movies["movie_id"].tolist()]))
    cosines = np.asarray(vectors @ user)
    best = np.argsort(-cosines, kind="stable")[: config.top_k]
    print(f"{'Top':>3} {'Ids':>6} {'Score':>7} {'Stars':>5}  Title")
    for rank, place in enumerate(best, start=1):
        movie, stars = movies.iloc[place], bundle.calibration.stars(cosines[place])
        print(f"{rank:>3} {movie.movie_id:>6} {cosines[place]:7.4f} {stars:5.1f}  {movie.title} ({movie.year})")


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
