"""Links of pages: to other pages, and to files of the repository outside docs/, which the site shows as pages, too."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator
from pathlib import Path

from docs.site.markdown import fence
from docs.site.notebooks import notebook_page

ROOT = Path(__file__).resolve().parents[2]

_LINK = re.compile(r"(?<=\]\()(?!#|[a-z]+:)([^)\s#]+)(#[^)\s]*)?(?=\))")
_LINE = re.compile(r"\[([^\[\]]+)\]\(([^)\s#:]+)#L(\d+)\)")
_LANGUAGES = {".yaml": "yaml", ".py": "python", ".json": "json", ".toml": "toml", ".html": "html", ".sh": "sh"}
_LISTED = (*_LANGUAGES, ".md", ".ipynb")


def page_of(location: str, pages: Container[str]) -> str | None:
    """The page, or the other file of the site, that shows a file of the repository; None where no one does."""
    notebook = location.endswith(".ipynb")
    own = location.removeprefix("docs/").removesuffix(".ipynb") + ".md" * notebook
    shown = [own] if location.startswith("docs/") else []
    return next((each for each in [*shown, source_page(location)] if each in pages), None)


def source_page(location: str) -> str:
    """The page of a file or folder outside docs/."""
    return f"source/{location}.md"


def location_of(page: str) -> str:
    """The file of the repository that a page shows."""
    return page.removeprefix("source/").removesuffix(".md") if page.startswith("source/") else f"docs/{page}"


def linked_sources(texts: dict[str, str]) -> dict[str, str]:
    """The pages of all files and folders of the repository that are shown because pages link to them.

    Args:
        texts: The Markdown of the pages, and the names of all other files of the site.

    Returns:
        The Markdown of the further pages; they link to each other and to those of `texts`.
    """
    found: dict[str, str] = {}
    waiting = dict(texts)
    while waiting:
        page, text = waiting.popitem()
        for target in _targets(text, location_of(page)):
            if page_of(target, texts | found) is None and _can_be_shown(ROOT / target):
                found[source_page(target)] = waiting[source_page(target)] = _source(target)
    return found


def rewritten(text: str, page: str, pages: Container[str]) -> str:
    """The Markdown of a page with each link to a file of the repository replaced by one to the page that shows it."""
    location = location_of(page)

    def link(match: re.Match[str]) -> str:
        target = page_of(_resolved(match[1], location), pages)
        return posixpath.relpath(target, posixpath.dirname(page) or ".") + (match[2] or "") if target else match[0]

    def line(match: re.Match[str]) -> str:
        """A link to a line as HTML, as mkdocs does not know of lines."""
        target = page_of(_resolved(match[2], location), pages)
        url = posixpath.relpath(target or "", posixpath.dirname(page) or ".").removesuffix(".md")
        return f'<a href="{url}.html#__span-0-{match[3]}">{match[1]}</a>' if target else match[0]

    return _LINK.sub(link, _LINE.sub(line, text))


def _targets(text: str, location: str) -> Iterator[str]:
    found = (_resolved(match[1], location) for match in _LINK.finditer(text))
    return (each for each in found if not each.startswith(".."))


def _resolved(link: str, location: str) -> str:
    """What a link is to, from the root of the repository; links in a folder's page are relative to the folder."""
    folder = location if (ROOT / location).is_dir() else posixpath.dirname(location)
    return posixpath.normpath(posixpath.join(folder, link))


def _can_be_shown(path: Path) -> bool:
    """Whether there is such a folder, or such a file of text."""
    return path.is_dir() or (path.is_file() and b"\0" not in path.read_bytes()[:1024])


def _source(location: str) -> str:
    """The Markdown that shows a file, or lists a folder."""
    path = ROOT / location
    if path.is_dir():
        names = sorted(each.name for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
        lines = [f"- [{name}]({name})" if name.endswith(_LISTED) else f"- {name}" for name in names]
        return "\n".join([f"# {location}", "", *lines, ""])
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return text
    if path.suffix == ".ipynb":
        return notebook_page(text, path.name)
    block = fence(_LANGUAGES.get(path.suffix, "text") + ' linenums="1"', text)
    return f"# {location}\n\n{block}\n"
