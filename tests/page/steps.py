"""What a person does on the page, and reads there."""

from __future__ import annotations

from typing import Any

CARDS = "section.middle .cards:not(.waiting) .card"


def settle(page: Any) -> None:
    """Waits until the list is that of the last choice."""
    page.wait_for_timeout(200)
    page.wait_for_selector("section.middle[aria-busy=false]")


def titles(page: Any) -> list[str]:
    """The titles of the list, in its order."""
    return [text.strip() for text in page.locator(f"{CARDS} .title").all_inner_texts()]


def facts(page: Any, column: str) -> list[str]:
    """What the cards show of a column, in the order of the list; "" where it is missing."""
    cards = page.locator(CARDS)
    found = []
    for row in range(cards.count()):
        fact = cards.nth(row).locator(f".facts [data-column={column}]")
        found.append(fact.inner_text() if fact.count() else "")
    return found


def choose(page: Any, column: str, label: str) -> None:
    """Chooses a value of a user's column."""
    page.get_by_label(column, exact=True).select_option(label=label)
    settle(page)


def like(page: Any, text: str) -> None:
    """Types a title and takes the first item that is found."""
    box = page.get_by_role("combobox", name="Items you like")
    box.fill(text)
    page.wait_for_selector("[role=listbox][aria-busy=false] [role=option]")
    box.press("Enter")
    settle(page)


def point_on_map(page: Any) -> tuple[float, float]:
    """The place in the window of an item on the map, found by moving the mouse over the map."""
    box = page.locator("canvas[role]").bounding_box()
    for step in range(1, 400):
        x = box["x"] + box["width"] * ((step * 0.618) % 0.9 + 0.05)
        y = box["y"] + box["height"] * ((step * 0.377) % 0.9 + 0.05)
        page.mouse.move(x, y)
        if page.locator(".tip b").count():
            place = page.locator(".tip").evaluate("tip => [parseFloat(tip.style.left), parseFloat(tip.style.top)]")
            if 75 < place[0] < box["width"] - 75:  # nearer to an edge, the title is not above its item
                return box["x"] + place[0], box["y"] + place[1]
    raise AssertionError("the map shows no item")
