"""What mkdocs does with the pages in docs/, besides rendering them."""

from __future__ import annotations

import logging
import posixpath
import shutil
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs.site.broken import broken_links
from docs.site.links import ROOT, linked_sources, location_of, rewritten
from docs.site.markdown import as_python_markdown
from docs.site.notebooks import notebook_page
from docs.site.reference import PAGES

log = logging.getLogger("mkdocs.hooks")

PACKAGE = ROOT / "build" / "package" / "towhee_recsys"
"""The package as mkdocstrings reads it."""

_NOT_FOUND_BY_SEARCH = "---\nsearch: {exclude: true}\n---\n\n"


def on_startup(command: str, dirty: bool) -> None:
    """Lays the package out as in a wheel, where the folders beside it in a checkout are inside."""
    shutil.rmtree(PACKAGE, ignore_errors=True)
    for source, target in [("towhee_recsys", "."), ("operators", "operators"), ("pipelines", "pipelines")]:
        shutil.copytree(ROOT / source, PACKAGE / target, ignore=_no_python, dirs_exist_ok=True)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the generated pages: of the reference, of notebooks, and of files of the repository that pages link to."""
    for name, write in PAGES.items():
        files.append(File.generated(config, f"reference/{name}.md", content=write()))
    for each in [each for each in files if each.src_uri.endswith(".ipynb")]:
        text = notebook_page(each.content_string, posixpath.basename(each.src_uri))
        files.append(File.generated(config, each.src_uri.removesuffix(".ipynb") + ".md", content=text))
    shown = [each for each in files if each.inclusion.is_included()]
    texts = {each.src_uri: each.content_string if each.is_documentation_page() else "" for each in shown}
    for page, text in linked_sources(texts).items():
        files.append(File.generated(config, page, content=_NOT_FOUND_BY_SEARCH + text))
        if page.endswith(".ipynb.md"):
            file = ROOT / location_of(page)
            files.append(File.generated(config, page.removesuffix(".md"), abs_src_path=str(file)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Has links to files of the repository lead to the pages that show them."""
    shown = {each.src_uri for each in files if each.inclusion.is_included()}
    return rewritten(as_python_markdown(markdown), page.file.src_uri, shown)


def on_post_build(config: MkDocsConfig) -> None:
    """Warns of broken links, which ends a strict build."""
    for each in broken_links(Path(config.site_dir)):
        log.warning("%s leads nowhere", each)


def _no_python(folder: str, names: list[str]) -> list[str]:
    """The names in a folder that are neither modules nor packages."""
    return [name for name in names if not (name.endswith(".py") or (Path(folder) / name).is_dir())]
