"""Notebooks as pages: their text, their code, and the outputs that are stored in them; nothing is run."""

from __future__ import annotations

import json
import re
from typing import Any

from docs.site.markdown import fence

_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)


def notebook_page(text: str, download: str) -> str:
    """The page of a notebook as Markdown, with a link to the notebook itself below its title."""
    title, *cells = [_cell(each) for each in json.loads(text)["cells"] if "".join(each["source"]).strip()]
    heading, _, rest = title.partition("\n")
    link = f'<p class="notebook">A <a href="{download}" download>notebook</a> with the outputs of a run.</p>'
    return "\n\n".join([heading, link, rest.strip(), *cells]) + "\n"


def _cell(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] != "code":
        return source
    return "\n\n".join([_code(source), *(_output(each) for each in cell.get("outputs", ()))])


def _code(source: str) -> str:
    """The code of a cell; lines with ! are commands of the shell, and a cell that writes a YAML file is that file."""
    lines = source.splitlines()
    if lines[0].startswith("%%writefile") and lines[0].endswith(".yaml"):
        return fence("yaml", "\n".join([f"# {lines[0].removeprefix('%%writefile').strip()}", *lines[1:]]))
    if all(line.startswith("!") for line in lines):
        return fence("sh", "\n".join(line.removeprefix("!") for line in lines))
    return fence("python", source)


def _output(output: dict[str, Any]) -> str:
    data = {kind: "".join(content) for kind, content in output.get("data", {}).items()}
    if "image/png" in data:
        return _block(f'<img alt="Made by the code above" src="data:image/png;base64,{data["image/png"].strip()}">')
    if "image/svg+xml" in data:
        return _block(data["image/svg+xml"])
    if "text/html" in data:
        return _block(_STYLE.sub("", data["text/html"]))
    text = data.get("text/plain") or "".join(output.get("text", ())) or "\n".join(output.get("traceback", ()))
    return f'<div class="output" markdown>\n\n{fence("text", text)}\n\n</div>' if text.strip() else ""


def _block(html: str) -> str:
    """`html` as an output, without empty lines, at which Markdown would end it."""
    lines = [line.strip() for line in html.splitlines() if line.strip()]
    return "\n".join(['<div class="output">', *lines, "</div>"])
