"""YAML with comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from towhee_recsys.config.dump import dump_value
from towhee_recsys.init.notes import Path

WIDTH = 120


def commented_yaml(
    settings: Mapping[str, Any],
    comments: Mapping[Path, str],
    header: Sequence[str] = (),
    after: Mapping[Path, Sequence[str]] | None = None,
) -> str:
    """`settings` as YAML: sections as blocks, values on one line, each with its comment.

    Args:
        settings: Plain data.
        comments: Comments by the keys of settings; of an element of a list the last key is its position as a text.
        header: Lines of the comment at the top.
        after: Lines of comments at the end of a section.
    """
    lines = [_comment(line) for line in header]
    lines += _section(settings, (), comments, after or {})
    return "\n".join(lines) + "\n"


def _section(
    settings: Mapping[str, Any], path: Path, comments: Mapping[Path, str], after: Mapping[Path, Sequence[str]]
) -> Iterator[str]:
    indent, was_section = "  " * len(path), False
    for key, value in settings.items():
        here, comment = (*path, key), comments.get((*path, key), "")
        has_comments = here in after or any(each[:-1] == here for each in comments)
        if isinstance(value, dict) and (not path or has_comments or _is_section(value)):
            if not path:
                yield ""
                was_section = True
            yield from _with_comment(f"{indent}{dump_value(key)}:", comment, indent)
            yield from _section(value, here, comments, after)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield from _with_comment(f"{indent}{dump_value(key)}:", comment, indent)
            for number, element in enumerate(value):
                text = f"{indent}  - {dump_value(element)}"
                yield from _with_comment(text, comments.get((*here, str(number)), ""), f"{indent}  ")
            for line in after.get(here, ()):
                yield from _comments(line, f"{indent}  ")
        else:
            if was_section:
                yield ""
                was_section = False
            yield from _with_comment(f"{indent}{dump_value(key)}: {dump_value(value)}", comment, indent)
    for line in after.get(path, ()):
        yield from _comments(line, indent)


def _is_section(value: Mapping[str, Any]) -> bool:
    """Whether a mapping is long or has sections of its own."""
    return any(isinstance(each, (dict, list)) for each in value.values()) or len(dump_value(value)) > WIDTH - 40


def _with_comment(text: str, comment: str, indent: str) -> Iterator[str]:
    """The line with its comment behind it, or above it where both are long."""
    if not comment:
        yield text
    elif len(text) + len(comment) + 8 <= WIDTH:
        yield f"{text}      {_comment(comment)}"
    else:
        yield from _comments(comment, indent)
        yield text


def _comments(text: str, indent: str) -> Iterator[str]:
    """`text` as lines of comments."""
    return (f"{indent}{_comment(line)}" for line in textwrap.wrap(text, WIDTH - len(indent) - 2))


def _comment(text: str) -> str:
    return "# " + "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
