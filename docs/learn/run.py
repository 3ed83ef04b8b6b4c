"""Runs the notebooks of the course in a temporary folder and stores what they print and draw.

python docs/learn/run.py                            # all six, in their order
python docs/learn/run.py 2-what-the-model-learns    # or some of them, by name

It needs nbclient, nbformat and ipykernel, which the extra `test` has: pip install -e '.[test]'. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parent.parent
LARGEST_PICTURE = 60_000
"""Bytes of a PNG picture; larger ones make the repository heavy."""


def main() -> None:
    names = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}; left out, all")
    chosen = [name.removesuffix(".ipynb") for name in parser.parse_args().names] or names
    if unknown := sorted(set(chosen) - set(names)):
        parser.error(f"no notebook {', '.join(unknown)}; there are {', '.join(names)}")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            start = time.perf_counter()
            notebook = executed(FOLDER / f"{name}.ipynb", Path(folder))
            if found := problems(notebook, folder):
                sys.exit(f"{name} is not stored: {'; '.join(found)}")
            nbformat.write(notebook, FOLDER / f"{name}.ipynb")
            print(f"{name}: {time.perf_counter() - start:.0f} s")


def executed(path: Path, folder: Path) -> NotebookNode:
    """The notebook with the outputs that it has when it runs in `folder`, without times and versions."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}, coalesce_streams=True)
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def problems(notebook: NotebookNode, folder: str) -> list[str]:
    """What must not be stored: warnings, paths of this machine, large pictures."""
    found = []
    outputs = [(cell.id, output) for cell in notebook.cells for output in cell.get("outputs", ())]
    for cell, output in outputs:
        data = output.get("data", {})
        shown = "".join([output.get("text", ""), *(str(each) for kind, each in data.items() if kind != "image/png")])
        if "Warning" in shown or output.get("name") == "stderr":
            found.append(f"{cell} prints a warning: {shown[:300]}")
        if any(path in shown for path in (folder, str(CHECKOUT), str(Path.home()))):
            found.append(f"{cell} shows a path of this machine: {shown[:300]}")
        if (size := len(data.get("image/png", "")) * 3 // 4) > LARGEST_PICTURE:
            found.append(f"{cell} draws a picture of {size:,} bytes")
    return found


if __name__ == "__main__":
    main()
