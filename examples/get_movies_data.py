"""Step 2 of 3: write the movies as the model reads them, one `id::title word ids::genre ids` per line.

python examples/get_movies_data.py -f data/ml-1m/movies.dat [-o movies_data.txt] [-c movielens_1m]
"""

import argparse
import sys
from pathlib import Path

from towhee_recsys import RecsysError, load_config, prepare_items


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-f", "--file", required=True, help="a movies.dat file")
    parser.add_argument("-o", "--output", default="movies_data.txt")
    parser.add_argument("-c", "--config", default="sample")
    args = parser.parse_args()
    count = prepare_items(load_config(args.config), args.file, Path(args.output))
    print(f"wrote {count:,} movies to {args.output}")


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
