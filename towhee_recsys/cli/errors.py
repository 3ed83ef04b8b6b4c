"""How a command ends: errors as one message, and exit codes."""

from __future__ import annotations

import io
import sys

import click

from towhee_recsys.cli.common import say
from towhee_recsys.errors import ConfigError, QueryError, RecsysError
from towhee_recsys.support.terminal import json_text

FAILED, INVALID_USAGE = 1, 2


def exit_code_of(command: click.Command, arguments: list[str] | None) -> int:
    """Runs `command` and returns its exit code; errors are printed to stderr and, with `--json`, as JSON to stdout."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show é shows a question mark
    try:
        return command.main(args=given, standalone_mode=False) or 0
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(file=shown)
        say(shown.getvalue().rstrip(), err=True)
        _document(error.format_message(), type(error).__name__, given)
        return INVALID_USAGE
    except (click.Abort, KeyboardInterrupt):
        return _failed(
            "interrupted. An interrupted training or indexing resumes with the same command.", "Stopped", given, FAILED
        )
    except (ConfigError, QueryError) as error:
        return _failed(str(error), type(error).__name__, given, INVALID_USAGE)
    except RecsysError as error:
        return _failed(str(error), type(error).__name__, given, FAILED)
    except BrokenPipeError:  # the reader of our output has closed it
        sys.stderr.close()
        return FAILED
    except OSError as error:  # a file that the command line names
        message = f"{error.filename or 'a file'}: {error.strerror or error}. Name another file, or fix its permissions."
        return _failed(message, type(error).__name__, given, FAILED)


def _failed(message: str, kind: str, arguments: list[str], code: int) -> int:
    say(f"error: {message}", err=True)
    _document(message, kind, arguments)
    return code


def _document(message: str, kind: str, arguments: list[str]) -> None:
    if "--json" in arguments:
        click.echo(json_text({"error": {"type": kind, "message": message}}))
