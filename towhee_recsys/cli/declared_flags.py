"""The flags that a dataset declares for columns of its users, as options of a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from towhee_recsys.cli.common import configuration

if TYPE_CHECKING:
    from towhee_recsys.config import Config

_OPTIONS = "towhee_recsys.declared_flags"
"""The key of the declared options in a context's `meta`: options by column."""


class DeclaredFlagsCommand(click.Command):
    """A command whose options include the flags that the dataset of its config declares.

    It is called with `flags`, the given columns with all their texts. The config is loaded before the options are
    parsed, since click parses `-jartist` as one flag with a value only if it knows `-j`. `--help` loads no config.
    """

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own parameters, and those that the dataset declares."""
        return [*super().get_params(ctx), *ctx.meta.get(_OPTIONS, {}).values()]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses `args` after it has found the config in them.

        Raises:
            ConfigError: the config cannot be loaded.
            click.UsageError: an option is unknown, or has no value.
        """
        if set(args) & set(self.get_help_option_names(ctx)):
            return super().parse_args(ctx, ["--help"])
        given = list(_values(args, _takes_value(self.params)))
        names = [value for flag, value in given if flag in ("-c", "--config")]
        default = next(str(each.default) for each in self.params if each.name == "name")
        config = configuration((names or [default])[-1], tuple(value for flag, value in given if flag == "--set"))
        options = ctx.meta[_OPTIONS] = declared_options(config)
        rest = super().parse_args(ctx, args)
        texts = {column: ctx.params.pop(option.name) for column, option in options.items()}
        ctx.params["flags"] = {column: given for column, given in texts.items() if given}
        return rest


def declared_options(config: Config) -> dict[str, click.Option]:
    """The options that the dataset of `config` declares, by the columns that they set."""
    flags = {column: codes.flags for column, codes in config.dataset.users.codes.items() if codes.flags}
    return {
        column: click.Option([*names, f"declared_{number}"], metavar="VALUE", multiple=True)
        for number, (column, names) in enumerate(flags.items())
    }


def _takes_value(params: Sequence[click.Parameter]) -> dict[str, bool]:
    """Each flag of `params`, and whether a value follows it."""
    return {flag: not each.is_flag for each in params if isinstance(each, click.Option) for flag in each.opts}


def _values(args: Sequence[str], takes_value: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """The flags in `args` that take a value, with it: of `-c X`, `-cX`, `-vcX`, `--config X` and `--config=X`.

    An unknown short flag takes the rest of its text, as a declared one does: `-jcook` has no `-c`.
    """
    waiting = iter(args)
    for text in waiting:
        if text == "--":
            return
        flag, equals, value = text.partition("=") if text.startswith("--") else _short(text, takes_value)
        if takes_value.get(flag):
            yield flag, value if equals else next(waiting, "")


def _short(text: str, takes_value: Mapping[str, bool]) -> tuple[str, str, str]:
    """The first flag of `-vcX` that is no switch, the value that is attached to it, twice: `("-c", "X", "X")`."""
    letters = text[1:] if text.startswith("-") else ""
    while letters and takes_value.get(f"-{letters[0]}") is False:
        letters = letters[1:]
    return f"-{letters[:1]}", letters[1:], letters[1:]
