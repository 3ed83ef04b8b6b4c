"""`python -m towhee_recsys.cli`."""

from towhee_recsys.cli import main

main()
