"""Shared by all commands: the options for config and output, and the output of results."""

from __future__ import annotations

import functools
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.streams import writing_to_stdout
from towhee_recsys.errors import DeclarationError
from towhee_recsys.support.terminal import json_text, visible, visible_lines

if TYPE_CHECKING:
    from towhee_recsys.config import Config

DEFAULT_CONFIG = "movielens_1m"

Shown = tuple[Any, Callable[[], None]]
"""The result of a command, which can be written as JSON, and a function that prints it for people."""

Option = Callable[[Callable[..., Any]], Callable[..., Any]]
"""A decorator that gives a command an option."""


def configured(default: str = DEFAULT_CONFIG) -> Callable[[Callable[..., Any]], Callable[..., int]]:
    """Gives a command `-c`, `--set`, `--json`, `-v` and `-q`.

    The command is called with the loaded config and a `progress` flag, and returns what `Shown` describes.
    """

    def decorate(command: Callable[..., Shown]) -> Callable[..., int]:
        @config_option(default)
        @showing
        @functools.wraps(command)
        def run(name: str, overrides: tuple[str, ...], **options: Any) -> Shown:
            config = configuration(name, overrides, options.pop("top_k", None))
            with named_in(name):
                return command(config=config, **options)

        return run

    return decorate


@contextmanager
def named_in(name: str) -> Iterator[None]:
    """Puts the name of the config before errors about its declarations, which name settings but not their file."""
    try:
        yield
    except DeclarationError as error:
        raise DeclarationError(f"{name}: {error}") from error


def config_option(default: str = DEFAULT_CONFIG) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a command `-c`, as `name`."""
    text = "A config, by its name or its file."
    return click.option("-c", "--config", "name", default=default, show_default=True, metavar="NAME|FILE", help=text)


def each_configured(command: Callable[..., Shown]) -> Callable[..., int]:
    """Like `configured`, for a command that takes several configs: a dict by name, as `configs`."""

    @click.argument("names", nargs=-1, required=True, metavar="CONFIG...")
    @showing
    @functools.wraps(command)
    def run(names: tuple[str, ...], overrides: tuple[str, ...], **options: Any) -> Shown:
        return command(configs={name: configuration(name, overrides) for name in names}, **options)

    return run


def showing(command: Callable[..., Shown]) -> Callable[..., int]:
    """As `printing`; `--set` is passed to the command as `overrides`."""
    return click.option(
        "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a setting; repeatable."
    )(printing(command))


def printing(command: Callable[..., Shown]) -> Callable[..., int]:
    """Prints the result of a command as JSON or for people.

    The exit code is 0, or 1 if the result is a dict with `"healthy": False`.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @click.option("-v", "--verbose", is_flag=True, help="Log what is being done.")
    @click.option("-q", "--quiet", is_flag=True, help="Print nothing but the result.")
    @functools.wraps(command)
    def run(as_json: bool, verbose: bool, quiet: bool, **options: Any) -> int:
        _set_log_level(verbose, quiet)
        with _stdout_for_json() if as_json else _stdout_as_it_is() as stdout:
            result, show = command(progress=False if quiet else None, **options)
            with writing_to_stdout():
                if as_json:
                    print(json_text(result, indent=1), file=stdout, flush=True)
                else:
                    show()
        return int(isinstance(result, dict) and result.get("healthy") is False)

    return run


def configuration(name: str, overrides: tuple[str, ...] = (), top_k: int | None = None) -> Config:
    """The config called `name` with `--set` overrides; `-k` takes precedence over both."""
    from towhee_recsys.config import load_config

    return load_config(name, overrides=[*overrides, *([] if top_k is None else [f"top_k={top_k}"])])


def add_options(command: Callable[..., int], *options: Option) -> Callable[..., int]:
    """Gives a command several options, in the order in which its help lists them."""
    for option in reversed(options):
        command = option(command)
    return command


def say(text: str, *, err: bool = False) -> None:
    """Prints a text of one line or several to stdout, or to stderr; see `visible` for what is escaped in it."""
    click.echo(visible_lines(text), err=err)


def table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Prints rows to stdout under a title, with numbers right-aligned; as plain text if stdout is not a terminal."""
    from rich.console import Console
    from rich.table import Table

    say(title)
    printed = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        number = bool(rows) and isinstance(rows[0][index], (int, float))
        printed.add_column(visible_lines(column), justify="right" if number else "left", overflow="fold")
    for row in rows:
        printed.add_row(*(_cell(column, value) for column, value in zip(columns, row, strict=True)))
    wide = None if sys.stdout.isatty() else 120
    Console(width=wide, highlight=False, markup=False).print(printed)


def _cell(column: str, value: Any) -> str:
    if not isinstance(value, float):
        return visible(str(value))
    return f"{value:.1f}" if column in ("Stars", "±") else f"{value:.4f}"


class _VisibleFormatter(logging.Formatter):
    """Writes records as they may go to a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record."""
        return visible_lines(super().format(record))


class _Once(logging.Filter):
    """Leaves out warnings about the data that were written before: there is one each time that they are read."""

    def __init__(self) -> None:
        super().__init__()
        self._written: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write the record."""
        if record.name != "towhee_recsys.data":
            return True
        text = record.getMessage()
        is_new = text not in self._written
        self._written.add(text)
        return is_new


def _set_log_level(verbose: bool, quiet: bool) -> None:
    warnings.filterwarnings("ignore", module=r"(?!towhee_recsys\b)")  # other libraries', of no use to a user
    logger = logging.getLogger("towhee_recsys")
    logger.setLevel(logging.ERROR if quiet else logging.INFO if verbose else logging.WARNING)
    logger.propagate = False  # Towhee and Paddle add handlers to the root logger
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(_VisibleFormatter())
        handler.addFilter(_Once())
        logger.addHandler(handler)


@contextmanager
def _stdout_for_json() -> Iterator[Any]:
    """Yields the real stdout; within the block, output that libraries print goes to stderr."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as real:
        os.dup2(2, 1)
        try:
            yield real
        finally:
            sys.stdout.flush()
            real.flush()
            os.dup2(real.fileno(), 1)


@contextmanager
def _stdout_as_it_is() -> Iterator[Any]:
    yield sys.stdout
