"""The command line: `towhee-recsys COMMAND -c CONFIG`."""

from __future__ import annotations

import gc
import sys

import click

from towhee_recsys.cli.checking import doctor, schema, validate
from towhee_recsys.cli.errors import end_at_sigterm, exit_code_of
from towhee_recsys.cli.explaining import why_not
from towhee_recsys.cli.exporting import export
from towhee_recsys.cli.immediate import feedback, hide, show
from towhee_recsys.cli.indexing import index
from towhee_recsys.cli.initialising import init
from towhee_recsys.cli.measuring import compare, evaluate
from towhee_recsys.cli.planning import plan
from towhee_recsys.cli.recommending import demo, recommend, similar
from towhee_recsys.cli.serving import mcp, serve
from towhee_recsys.cli.streams import replace_closed_streams
from towhee_recsys.cli.training import prepare, run, train
from towhee_recsys.cli.tuning import tune


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog="Try: towhee-recsys demo")
@click.version_option(package_name="towhee_recsys")
def commands() -> None:
    """A YAML file becomes a trained, indexed, measured and served recommender."""


for _command in (
    *(init, train, tune, prepare, index, recommend, similar, why_not, serve, mcp),
    *(feedback, hide, show),
    *(evaluate, compare, run, demo, export, doctor, validate, schema, plan),
):
    commands.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Runs one command and exits with 0 for success, 1 for a failure or 2 for invalid usage.

    A signal ends it with the code that shells show for it: 143 for SIGTERM, 141 for output that nobody reads.
    """
    replace_closed_streams()
    end_at_sigterm()
    code = exit_code_of(commands, arguments)
    gc.freeze()  # otherwise Python collects garbage at exit, which takes a fifth of a short command's time
    sys.exit(code)
