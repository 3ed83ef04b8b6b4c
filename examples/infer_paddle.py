"""The answer of infer_milvus.py without Milvus: Paddle scores every movie. The scores agree within 1e-5.

python examples/infer_paddle.py -a 25 -g F -j programmer [-c movielens_1m] [--set dataset.path=data/ml-1m]
"""

import argparse
import sys

import numpy as np
import paddle
from paddle.nn.functional import cosine_similarity

from towhee_recsys import RecsysError, load_bundle, load_config, paddle_model, read_dataset


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
    model, table = paddle_model(bundle), read_dataset(config.dataset).items
    users = tensors(bundle.users, [{"gender": given.gender, "age": given.age, "occupation": given.job}])
    movies = model.item_tower(tensors(bundle.items, table.to_dict("records")))
    scores = cosine_similarity(model.user_tower(users), movies).numpy()
    stars = bundle.calibration.ratings(cosine_similarity(model.rating_tower(users), movies).numpy())
    best = np.argsort(-scores, kind="stable")[: config.top_k]
    print(f"{'Top':>3} {'Ids':>6} {'Score':>8} {'Stars':>5}  Title")
    for rank, place in enumerate(best, start=1):
        movie = table.iloc[place]
        print(f"{rank:>3} {movie.movie_id:>6} {scores[place]:8.6f} {stars[place]:5.1f}  {movie.title} ({movie.year})")


def tensors(side, records) -> list:
    """What a tower of that side reads of `records`."""
    return [paddle.to_tensor(array) for array in side.encode(records)]


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
