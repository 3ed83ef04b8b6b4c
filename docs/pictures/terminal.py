"""Makes the animation of the README: python docs/pictures/terminal.py. It needs the font DejaVu Sans Mono.

The commands are those of the README's first block for the shop. They run in a temporary folder, and what they print to
stdout is shown as it is; only the time that they take is left out.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
CONFIG = "examples/shop/smallest.yaml"

COLUMNS, ROWS = 98, 27
SIZE, LINE, MARGIN = 17, 23, 18
STEPS = 8
BACKGROUND, TEXT, TYPED, DIM = "#16191d", "#d7dade", "#ffffff", "#7fb8e0"
TYPING, WAITING, READING, END = 70, 900, 2200, 6000
"""How long a frame is shown, in milliseconds: two typed letters, before an output, after it, and the last one."""


@dataclass
class Screen:
    """The lines of a terminal, and its pictures so far with their times."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    frames: list[Image.Image] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    def show(self, milliseconds: int, typing: str | None = None) -> None:
        """Adds a picture, with a line that is being typed, if any."""
        lines = [*self.lines, *([] if typing is None else wrapped(f"$ {typing}█", TYPED))]
        self.frames.append(picture(lines[-ROWS:]))
        self.times.append(milliseconds)

    def type(self, command: str) -> None:
        """Types a command."""
        for end in range(0, len(command), 2):
            self.show(TYPING, command[:end])
        self.show(WAITING, command)
        self.lines += wrapped(f"$ {command}", TYPED)

    def print(self, output: str, colour: str = TEXT) -> None:
        """Prints what a command has written."""
        for line in [*output.rstrip().splitlines(), ""]:
            self.lines += wrapped(line.rstrip(), colour)
        self.show(READING)


def wrapped(text: str, colour: str) -> list[tuple[str, str]]:
    """A line in as many rows as it takes."""
    return [(text[start : start + COLUMNS], colour) for start in range(0, max(len(text), 1), COLUMNS)]


def picture(lines: list[tuple[str, str]]) -> Image.Image:
    """The screen with these lines of text and their colours."""
    font = ImageFont.truetype("DejaVuSansMono.ttf", SIZE)
    width = round(font.getlength("x" * COLUMNS))
    image = Image.new("RGB", (width + 2 * MARGIN, ROWS * LINE + 2 * MARGIN), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for row, (text, colour) in enumerate(lines):
        draw.text((MARGIN, MARGIN + row * LINE), text, colour, font)
    return image


def palette() -> Image.Image:
    """The colours of the screen: from the background to each colour of text, in some steps for the edges of letters."""
    found = Image.new("RGB", (STEPS, 3))
    background = Image.new("RGB", (1, 1), BACKGROUND)
    for row, colour in enumerate((TEXT, TYPED, DIM)):
        text = Image.new("RGB", (1, 1), colour)
        for step in range(STEPS):
            found.paste(Image.blend(background, text, step / (STEPS - 1)), (step, row))
    return found.quantize(3 * STEPS)


def commands() -> Iterator[str]:
    """The commands of the README's first block for the shop, one a line."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    block = next(block for block in blocks if CONFIG in block)
    yield from (line.partition("  #")[0].strip() for line in block.splitlines() if line.strip())


def output(command: str, folder: Path) -> str:
    """What a command of ours prints."""
    _, *arguments = shlex.split(command)
    ran = subprocess.run(
        [sys.executable, "-m", "towhee_recsys", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return ran.stdout


def main() -> None:
    """Writes terminal.gif."""
    screen = Screen()
    screen.type(f"cat {CONFIG}")
    screen.print((ROOT / CONFIG).read_text(encoding="utf-8"), DIM)
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(ROOT / "examples" / "shop", Path(name) / "examples" / "shop")
        for command in commands():
            screen.type(command)
            screen.print(output(command, Path(name)))
    screen.show(END, "")
    colours = palette()
    first, *rest = (frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in screen.frames)
    first.save(FOLDER / "terminal.gif", save_all=True, append_images=rest, duration=screen.times, loop=0)


if __name__ == "__main__":
    main()
