"""Runs the blocks of a page as its reader would: in order, in one folder, Python in one session."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
import traceback
from collections.abc import Sequence
from itertools import dropwhile
from pathlib import Path
from typing import Any

import click
import yaml

from tests.docs.blocks import PROGRAM, Block, Command, commands_in
from tests.docs.pages import ROOT
from towhee_recsys.cli import commands
from towhee_recsys.cli.errors import exit_code_of
from towhee_recsys.config import load_config

PREPARED = [
    "demo",
    "train -c examples/shop/shop.yaml",
    "index -c examples/shop/shop.yaml",
]
"""Commands that each page finds done: the tests run them once for all pages."""

DONE = frozenset({*PREPARED, "train -c sample", "index -c sample"})
"""Commands that are not run again, until a page trains: those, and what `demo` does."""

WRITING = {"cat", "cp", "mkdir", "printf", "rm"}
"""Commands of others that are run, because ours need their files."""

FOREIGN = {"", "curl", "docker", "export", "helm", "jq", "kubectl", "make", "pip", "python", "python3"}
"""Commands of others that are not run; the first one is the dot."""


def run_prepared(folder: Path) -> None:
    """Runs the commands that each page finds done."""
    os.chdir(folder)
    for line in PREPARED:
        code, out, err = run_command(*line.split())
        assert code == 0, f"{line}: {out}{err}"


def run_page(blocks: Sequence[Block], folder: Path) -> tuple[str, list[str]]:
    """Runs the blocks in `folder`; returns what the commands print, and what failed, where and why."""
    os.chdir(folder)
    for block in blocks:
        for name in re.findall(r"\$\{env:(\w+)\}", block.text):
            os.environ.setdefault(name, "any")
    page = Page()
    failures = [failure for block in blocks if block.is_checked for failure in page.failures_of(block)]
    return "\n".join(page.transcript), failures


def run_command(*arguments: str) -> tuple[int, str, str]:
    """The exit code, output and errors of a command of ours, run in this process."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        kept = [os.dup(number) for number in (1, 2)]
        for number, file in enumerate((out, err), 1):
            os.dup2(file.fileno(), number)
        try:
            code = exit_code_of(commands, list(arguments))
        finally:
            for number, saved in enumerate(kept, 1):
                os.dup2(saved, number)
                os.close(saved)
        out.seek(0), err.seek(0)
        return code, out.read(), err.read()


class Page:
    """What the blocks of a page share: the names of its Python, and what its commands have printed."""

    def __init__(self) -> None:
        self.transcript: list[str] = []
        self._done = DONE
        self._namespace: dict[str, Any] = {}

    def failures_of(self, block: Block) -> list[str]:
        """Runs a block; what went wrong, if anything did."""
        check = {"sh": self._sh, "python": self._python, "yaml": _check_yaml, "json": _check_json}[block.language]
        try:
            check(block)
        except (Exception, SystemExit):
            return [f"{block.place}: {traceback.format_exc(limit=-2)}"]
        return []

    def _sh(self, block: Block) -> None:
        if not block.is_run:
            for line in re.findall(rf"{PROGRAM} [^#|&>;\n]*", block.text.replace("\\\n", " ")):
                _parse(commands_in(line)[0].words[1:])
            return
        for command in commands_in(block.text):
            self._run(command, must_fail=block.mark == "fails")

    def _run(self, command: Command, must_fail: bool) -> None:
        words = list(dropwhile(lambda word: re.match(r"\w+=", word), command.words))  # without variables
        program, arguments = Path(words[0]).name, words[1:]
        if program == PROGRAM:
            self._run_ours(arguments, command.output, must_fail)
        elif program in WRITING:
            with open(command.output or os.devnull, "w") as file:
                subprocess.run([program, *arguments], check=True, stdout=file)
        else:
            assert program in FOREIGN, f"{program} is neither run nor known as a program of others"

    def _run_ours(self, arguments: list[str], output: str | None, must_fail: bool) -> None:
        line = " ".join(arguments)
        if line in self._done:
            return
        if arguments[0] in ("train", "run"):
            self._done = frozenset()
        start = time.monotonic()
        code, out, err = run_command(*arguments)
        self.transcript.append(f"$ {PROGRAM} {line}  # {time.monotonic() - start:.1f} s\n{out}{err}")
        assert (code != 0) is must_fail, f"{PROGRAM} {line} ended with {code}: {err}{out}"
        if output:
            Path(output).write_text(out, encoding="utf-8")

    def _python(self, block: Block) -> None:
        code = compile("\n" * block.line + block.text, block.page, "exec")
        if block.is_run:
            exec(code, self._namespace)


def _parse(arguments: list[str]) -> None:
    """Raises click's error if there is no such command or option."""
    name, *options = arguments
    with click.Context(commands) as context:
        command = commands.get_command(context, name)
        assert command, f"there is no command {name}"
        command.make_context(name, options, parent=context)


def _check_yaml(block: Block) -> None:
    """It loads as a config, or is a pipeline or a file of the repository. `# NAME.yaml` above it makes it a file."""
    content = yaml.safe_load(block.text)
    named = re.match(r"# ([\w./-]+\.yaml)\n", block.text)
    if named and (shown := ROOT / named[1]).exists():
        assert content == yaml.safe_load(shown.read_text(encoding="utf-8"))
        return
    file = Path(named[1] if named else "shown.yaml")
    if "steps" in content:  # a pipeline, which the Python below it loads
        file.write_text(block.text)
        return
    is_whole = {"extends", "dataset"} & set(content)
    file.write_text(block.text if is_whole else f"extends: sample\n{block.text}", encoding="utf-8")
    load_config(file)


def _check_json(block: Block) -> None:
    """It can be parsed, and a request is answered from the sample."""
    document = json.loads(block.text)
    if isinstance(document, dict) and "user" in document:
        code, out, err = run_command("recommend", "-c", "sample", "--request", block.text, "--json")
        assert code == 0, err
        assert len(json.loads(out)) <= document.get("top_k", 10)
