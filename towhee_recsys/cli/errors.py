"""How a command ends: errors as one message, and exit codes."""

from __future__ import annotations

import errno
import io
import signal
import sys
from contextlib import suppress
from typing import Any

import click

from towhee_recsys.cli.common import say
from towhee_recsys.cli.streams import discard_unwritten, writing_to_stdout
from towhee_recsys.errors import BundleError, ConfigError, DatasetError, IndexMismatchError, QueryError, RecsysError
from towhee_recsys.support.paths import has_working_folder
from towhee_recsys.support.terminal import json_text

FAILED, INVALID_USAGE = 1, 2
SAMPLE = "sample"
"""The config of the dataset that is part of the package."""

ENDED_BY_SIGNAL = 128
"""Plus the number of the signal: the exit code of a program that a signal ends, as shells show it."""

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of a write, which have no file name: files are written by functions that name them."""

RESUMES = {
    "train": "The same command resumes the training.",
    "tune": "The same command resumes the tuning. The best config so far is written.",
    "index": "The same command resumes the indexing.",
    "run": "The same command resumes an interrupted training or indexing.",
    "demo": "The same command resumes an interrupted training or indexing.",
}
"""What an interrupted command leaves, by its name."""


class Terminated(KeyboardInterrupt):
    """SIGTERM has come: everything ends as it does at Ctrl-C, with another exit code."""


def end_at_sigterm() -> None:
    """Makes SIGTERM raise `Terminated` in the main thread, so that locks and checkpoints are left in order."""
    signal.signal(signal.SIGTERM, _terminate)


def exit_code_of(command: click.Command, arguments: list[str] | None) -> int:
    """Runs `command` and returns its exit code; errors are printed to stderr and, with `--json`, as JSON to stdout."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show é shows a question mark
    try:
        return _run(command, given)
    except (BrokenPipeError, SystemExit):  # click makes a SystemExit of the error that the reader has closed our output
        return ENDED_BY_SIGNAL + signal.SIGPIPE
    finally:
        discard_unwritten()


def _run(command: click.Command, given: list[str]) -> int:
    try:
        code = command.main(args=given, standalone_mode=False) or 0
        with writing_to_stdout():
            return int(code)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(file=shown)
        say(shown.getvalue().rstrip(), err=True)
        _document(error.format_message(), type(error).__name__, given)
        return INVALID_USAGE
    except (click.Abort, KeyboardInterrupt) as error:
        terminated = Terminated in (type(error), type(error.__cause__), type(error.__context__))
        code = ENDED_BY_SIGNAL + signal.SIGTERM if terminated else FAILED
        return _failed(f"interrupted. {_resumed_by(command, given)}".rstrip(), "Stopped", given, code)
    except (ConfigError, QueryError) as error:
        return _failed(str(error), type(error).__name__, given, INVALID_USAGE)
    except (BundleError, DatasetError, IndexMismatchError) as error:
        return _failed(_with_default(str(error), command, given), type(error).__name__, given, FAILED)
    except RecsysError as error:
        return _failed(str(error), type(error).__name__, given, FAILED)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _failed(_of_os_error(error), type(error).__name__, given, FAILED)


def _of_os_error(error: OSError) -> str:
    why = error.strerror or error
    if error.filename is None and error.errno in NO_SPACE:
        return f"stdout takes no more: {why}. Free space, or send the output elsewhere."
    return f"{error.filename or 'a file'}: {why}. Name another file, or fix its permissions."


def _terminate(*_: Any) -> None:
    raise Terminated


def _resumed_by(command: click.Command, arguments: list[str]) -> str:
    return RESUMES.get(_name_of(command, arguments), "")


def _name_of(command: click.Command, arguments: list[str]) -> str:
    """The name of the command in the arguments; empty if they name none."""
    return next((each for each in arguments if each in getattr(command, "commands", {})), "")


def _with_default(message: str, command: click.Command, arguments: list[str]) -> str:
    """`message`, and which config was used where none was given: another one may have the model."""
    name = _name_of(command, arguments)
    options = command.commands[name].params if isinstance(command, click.Group) and name else []
    default = next((each.default for each in options if each.name == "name"), None)
    if default in (None, SAMPLE) or any(each.startswith(("-c", "--config")) for each in arguments):
        return message
    return (
        f"{message} No config was given, so this is {default}. Give yours with -c, or -c {SAMPLE} for the sample that "
        "`towhee-recsys demo` trains."
    )


def _failed(message: str, kind: str, arguments: list[str], code: int) -> int:
    if not has_working_folder():
        message = f"the working folder has been deleted: change to another one, then repeat the command. ({message})"
    say(f"error: {message}", err=True)
    _document(message, kind, arguments)
    return code


def _document(message: str, kind: str, arguments: list[str]) -> None:
    if "--json" in arguments:
        with suppress(OSError):  # the error may be that stdout takes no more
            click.echo(json_text({"error": {"type": kind, "message": message}}))
