"""`python -m towhee_recsys`."""

from towhee_recsys.cli import main

main()
