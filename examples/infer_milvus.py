"""Step 3 of 3: recommend movies by age, gender and job, with a search in Milvus; `-i` indexes the movies first.

python examples/infer_milvus.py -a 25 -g F -j programmer -i [-c movielens_1m] [--set dataset.path=data/ml-1m]
"""

import argparse
import sys

from towhee_recsys import RecsysError, index_pipeline, load_config, recommend_pipeline


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-a", "--age")
    parser.add_argument("-g", "--gender")
    parser.add_argument("-j", "--job")
    parser.add_argument("-i", "--index", action="store_true", help="index the movies first")
    parser.add_argument("-c", "--config", default="sample")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    args = parser.parse_args()
    config = load_config(args.config, overrides=args.set)
    if args.index:
        index_pipeline(config)()
    recommend = recommend_pipeline(config)
    (movies,) = recommend({"gender": args.gender, "age": args.age, "occupation": args.job}).get()
    print(f"{'Top':>3} {'Ids':>6} {'Score':>7} {'Stars':>5}  Title")
    for movie in movies:
        print("{rank:>3} {movie_id:>6} {score:7.4f} {predicted_rating:5.1f}  {title} ({year})".format(**movie))


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
