"""The recommendations of infer_milvus.py without Milvus: Paddle encodes, an index in memory searches.

The scores agree within 1e-5.

python examples/infer_paddle.py -a 25 -g F -j programmer [-c movielens_1m] [--set dataset.path=data/ml-1m]
"""

import argparse
import sys

import paddle
from paddle.nn.functional import cosine_similarity

from towhee_recsys import RecsysError, load_bundle, load_config, paddle_model, read_dataset
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.stores.vectors import insert_live, open_index


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-a", "--age")
    parser.add_argument("-g", "--gender")
    parser.add_argument("-j", "--job")
    parser.add_argument("-c", "--config", default="sample")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    args = parser.parse_args()
    config = load_config(args.config, overrides=args.set)
    bundle, movies = load_bundle(config.model.dir), read_dataset(config.dataset).items
    model = paddle_model(bundle)
    user = tensors(bundle.users, [{"gender": args.gender, "age": args.age, "occupation": args.job}])
    vectors = model.item_tower(tensors(bundle.items, movies.to_dict("records")))
    ratings = bundle.calibration.ratings(cosine_similarity(model.rating_tower(user), vectors).numpy())
    index = open_index("memory://infer_paddle", "movies")
    insert_live(index, movies.movie_id.tolist(), normalize(vectors.numpy()))
    (hits,) = index.search(normalize(model.user_tower(user).numpy()), config.top_k)
    row_of = {movie_id: row for row, movie_id in enumerate(movies.movie_id)}
    print(f"{'Top':>3} {'Ids':>6} {'Score':>8} {'Stars':>5}  Title")
    for rank, hit in enumerate(hits, start=1):
        row = row_of[hit.id]
        movie = movies.iloc[row]
        print(f"{rank:>3} {hit.id:>6} {hit.score:8.6f} {ratings[row]:5.1f}  {movie.title} ({movie.year})")


def tensors(encoder, records: list[dict]) -> list:
    """The inputs of a tower: one tensor for each feature of `records`."""
    return [paddle.to_tensor(array) for array in encoder.encode(records)]


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
