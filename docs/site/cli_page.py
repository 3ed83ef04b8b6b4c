"""The page about the command line, from click."""

from __future__ import annotations

import inspect

import click

from docs.site.markdown import code, fence, page, prose, table
from towhee_recsys.cli import commands

INTRODUCTION = """
`towhee-recsys COMMAND --help` prints the same. A command exits with 0, with 1 for a failure, or with 2 for invalid
usage; a signal ends it with the code that shells show for it, such as 143 for SIGTERM. With `--json` the result is one
JSON document on stdout, and everything else goes to stderr.
"""


def cli_page() -> str:
    """The page as Markdown."""
    named = commands.commands
    rows = [(f"[{code(name)}](#{name})", prose(each.get_short_help_str(200))) for name, each in named.items()]
    overview = table(("Command", "What it does"), rows)
    return page("Command line", INTRODUCTION, overview, *(_command(name, each) for name, each in named.items()))


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"towhee-recsys {name}")
    usage = f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}"
    options = [each for each in command.params if isinstance(each, click.Option)]
    rows = [[_names(each, context), prose(each.help or ""), _default(each)] for each in options]
    return "\n\n".join(
        [
            f"## {code(name)} {{ #{name} }}",
            inspect.cleandoc(command.help or "").replace("<", "&lt;"),
            fence("text", usage),
            table(("Option", "Meaning", "Default"), rows),
            _example(command.epilog or ""),
        ]
    )


def _names(option: click.Option, context: click.Context) -> str:
    *others, last = option.opts
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    return ", ".join(code(each) for each in (*others, last + value))


def _default(option: click.Option) -> str:
    if option.required:
        return "required"
    return code(option.default) if option.show_default and option.default is not None else ""


def _example(epilog: str) -> str:
    """The epilog, whose example becomes a block."""
    text, found, example = epilog.partition("Example: ")
    return "\n\n".join(part for part in (text.strip(), fence("sh", example) if found else "") if part)
