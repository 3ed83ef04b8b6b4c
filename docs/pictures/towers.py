"""Draws towers.svg, the two towers of the sample's model: python docs/pictures/towers.py"""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).resolve().parent / "towers.svg"
USER = ("id", "gender", "age", "occupation")
ITEM = ("id", "genres", "title")
WIDTH, HEIGHT, BOX = 760, 330, 84
STYLE = """<style>
    rect { rx: 7; stroke: #345; stroke-width: 1.3; fill: #fff }
    .data { fill: #eef3f8 } .model { fill: #e6f4e6 } .store { fill: #fdf3dc }
    text { text-anchor: middle; fill: #123 } .small { font-size: 12px; fill: #567 }
    path { stroke: #345; stroke-width: 1.3; fill: none; marker-end: url(#tip) }
  </style>
  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">"""
TIP = '<path d="M0,0 L8,4 L0,8 z" style="fill:#345;stroke:none;marker-end:none"/></marker></defs>'


def main() -> None:
    """Writes towers.svg."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="14">',
        STYLE + TIP,
        f'<rect width="{WIDTH}" height="{HEIGHT}" style="fill:#fff;stroke:none"/>',
        *tower("user", USER, 195),
        *tower("item", ITEM, 575),
        *box(WIDTH / 2, 12, 210, "score = cosine", "inner product of the two", "store"),
        arrow(195, 92, 300, 62),
        arrow(575, 92, 460, 62),
        "</svg>",
    ]
    FILE.write_text("\n  ".join(parts[:-1]) + "\n</svg>\n", encoding="utf-8")


def tower(side: str, features: tuple[str, ...], middle: float) -> list[str]:
    """A tower from its features, at the bottom, to its unit vector."""
    parts = [
        *box(middle, 92, 190, f"{side} vector", "64 numbers, length 1", "model"),
        *box(middle, 176, 190, "sum", "then normalize", ""),
        arrow(middle, 176, middle, 140),
    ]
    left = middle - (len(features) - 1) * (BOX + 8) / 2
    for place, feature in enumerate(features):
        at = left + place * (BOX + 8)
        parts += [*box(at, 268, BOX, feature, "a vector", "data"), arrow(at, 268, middle + (at - middle) / 3, 224)]
    return parts


def box(middle: float, top: float, width: float, text: str, small: str, kind: str) -> list[str]:
    """A box with a text and a smaller one below."""
    return [
        f'<rect class="{kind}" x="{middle - width / 2:g}" y="{top:g}" width="{width:g}" height="46"/>',
        f'<text x="{middle:g}" y="{top + 20:g}">{text}</text>'
        f'<text class="small" x="{middle:g}" y="{top + 37:g}">{small}</text>',
    ]


def arrow(x: float, y: float, to_x: float, to_y: float) -> str:
    """An arrow between two points."""
    return f'<path d="M{x:g},{y:g} L{to_x:g},{to_y:g}"/>'


if __name__ == "__main__":
    main()
