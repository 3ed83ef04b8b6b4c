"""Step 1 of 3: train the model that a config declares.

python examples/train.py [-c movielens_1m] [--set dataset.path=data/ml-1m]
"""

import argparse
import sys

from towhee_recsys import RecsysError, load_config, train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-c", "--config", default="sample")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    args = parser.parse_args()
    bundle = train(load_config(args.config, overrides=args.set))
    print(f"model {bundle.model_id} in {bundle.directory}")
    for name, figure in bundle.quality.items():
        print(f"{name:16} {figure:.4f}")


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
