"""The blocks of code of the pages, and the commands in them."""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.pages import ROOT

LANGUAGES = {"sh", "python", "yaml", "json", "text", "html", "toml", "dockerfile"}
CHECKED = {"python", "yaml", "json"}
"""The languages that are always checked; of `sh` only blocks with our command are."""

PROGRAM = "towhee-recsys"
FENCED = re.compile(
    r"""
    (?:^\ *<!--\ (?P<mark>not\ run|fails)\b:?(?P<reason>.*?)-->\n)?
    ^(?P<indent>\ *)```(?P<language>.*)\n
    (?P<text>(?:.*\n)*?)
    ^(?P=indent)```$
    """,
    re.MULTILINE | re.VERBOSE,
)
INDENTED = re.compile(r"(?<=\n\n) {4,}\S.*")


@dataclass(frozen=True)
class Block:
    """A fence: where it begins, its language and text, and the comment above it.

    That is `not run: REASON`, or `fails: REASON` where commands must fail; `mark` is the first word, empty without it.
    """

    page: str
    line: int
    language: str
    text: str
    mark: str
    reason: str

    @property
    def place(self) -> str:
        """Where an editor opens it."""
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether it is run; otherwise its commands are only parsed, and its Python only compiled."""
        return self.mark != "not run"

    @property
    def is_checked(self) -> bool:
        """Whether there is something in it to run or to validate."""
        return self.language in CHECKED or (self.language == "sh" and PROGRAM in self.text)


@dataclass
class Command:
    """A command of a block: its words, and the file that its output goes to, if any."""

    words: list[str] = field(default_factory=list)
    output: str | None = None


def pages() -> list[Path]:
    """The README and all pages of the documentation."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """The page as messages name it."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """All fences of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            name_of(page),
            text.count("\n", 0, found.start("language")) + 1,
            found["language"].strip(),
            textwrap.dedent(found["text"]),
            found["mark"] or "",
            (found["reason"] or "").strip(),
        )
        for found in FENCED.finditer(text)
    ]


def indented_code(page: Path) -> list[str]:
    """Lines that Markdown shows as code without a fence around them."""
    return INDENTED.findall(FENCED.sub("", page.read_text(encoding="utf-8")))


def commands_in(text: str) -> list[Command]:
    """The commands of a block. `&&` joins two of them, `>` sends the output to a file.

    Raises:
        ValueError: something else of a shell's syntax is used.
    """
    commands = []
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        command = Command()
        for word in (words := iter(lexer)):
            if word == "&&":
                commands.append(command)
                command = Command()
            elif word == ">":
                command.output = next(words)
            elif set(word) <= set("();<>|&"):
                raise ValueError(f"{word!r} in {line!r}: only && and > can be run; mark the block as not run")
            else:
                command.words.append(word)
        if command.words:
            commands.append(command)
    return commands
