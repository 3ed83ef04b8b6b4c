"""The documentation site: its navigation has every page, and generated pages have all that they are about."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

import towhee_recsys
from docs.site.broken import broken_links
from docs.site.links import ROOT, linked_sources, rewritten
from docs.site.markdown import as_python_markdown, prose
from docs.site.notebooks import notebook_page
from docs.site.reference import PAGES
from towhee_recsys import errors
from towhee_recsys.cli import commands
from towhee_recsys.config import Config, config_schema
from towhee_recsys.config.document import flat
from towhee_recsys.evaluation.baselines import BASELINES
from towhee_recsys.metrics.registry import METRICS
from towhee_recsys.protocols.protocols import PROTOCOLS
from towhee_recsys.service.routes import ROUTERS

DOCS = ROOT / "docs"
GLOSSARY = (DOCS / "reference" / "glossary.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """The generated pages, by their names."""
    return {name: write() for name, write in PAGES.items()}


def test_the_navigation_has_every_page() -> None:
    nav = re.findall(r"^ +- (?:Home: )?(\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.M)
    files = [each.relative_to(DOCS).as_posix() for kind in ("md", "ipynb") for each in DOCS.rglob(f"*.{kind}")]
    pages = {each.replace(".ipynb", ".md") for each in files} | {f"reference/{name}.md" for name in PAGES}
    assert sorted(nav) == sorted(pages)


def test_every_key_of_configs_has_a_row_with_an_anchor(written: dict[str, str]) -> None:
    schema = config_schema()
    for section in (schema, *(each for each in schema["$defs"].values() if "properties" in each)):
        for key in section["properties"]:
            assert re.search(rf"^\| `{key}`(\{{ #\S*\b{key} \}})? \|", written["config"], re.M), key
    for name, _ in flat(Config().model_dump(exclude_none=True)):
        if not name.startswith(("milvus.index.", "dataset.tables")):  # of one type; data frames, which no file has
            assert written["config"].count(f"{{ #{name} }}") == 1, name


def test_rows_have_what_is_accepted_the_default_and_the_meaning(written: dict[str, str]) -> None:
    [row] = [line for line in written["config"].splitlines() if "{ #milvus.access.timeout }" in line]
    assert row.split(" | ")[1:] == ["a number above 0 and to 3600", "`30.0`", "seconds that one call may take |"]


def test_every_command_and_option_is_there(written: dict[str, str]) -> None:
    for name, command in commands.commands.items():
        [_, section] = written["cli"].split(f"## `{name}` {{ #{name} }}")
        section = section.partition("\n## ")[0]
        for option in [each for each in command.params if isinstance(each, click.Option)]:
            assert all(re.search(rf"`{each}[ `]", section) for each in option.opts), (name, option.opts)
            assert option.help, f"{name} {option.opts[0]} has no help"


def test_every_registered_operator_is_there_with_its_arguments(written: dict[str, str]) -> None:
    from towhee.runtime.operator_manager.operator_registry import OperatorRegistry

    importlib.import_module("towhee_recsys.operators")
    names = [name.partition("/")[2] for name in OperatorRegistry.op_names() if name.startswith("towhee-recsys/")]
    assert len(names) > 20
    for name in names:
        assert f"## `{name.replace('-', '_')}`" in written["operators"]
    assert "ops.towhee_recsys.item_encoder(model_dir: str)" in written["operators"]


def test_every_path_and_field_of_the_service_is_there(written: dict[str, str]) -> None:
    routes = [route for router in ROUTERS for route in router.routes if getattr(route, "include_in_schema", False)]
    for route in routes:
        path = route.path.replace(":path", "")
        assert all(f"## `{method} {path}`" in written["http"] for method in route.methods), path
    for field in ("diversity", "include_seen", "liked", "gender", "kept_out_by", "predicted_rating_std", "request_id"):
        assert f"| `{field}` |" in written["http"]
    assert "| 503 |" in written["http"]


def test_every_metric_protocol_and_baseline_is_there(written: dict[str, str]) -> None:
    names = [*(name for each in METRICS.values() for name in each.columns), *PROTOCOLS, *BASELINES]
    assert [name for name in names if f"`{name}`" not in written["metrics"]] == []


def test_every_public_name_is_there(written: dict[str, str]) -> None:
    public = set(towhee_recsys.__all__) - {"__version__", *vars(errors)}
    assert set(re.findall(r"^::: towhee_recsys\.(\w+)$", written["python"], re.M)) == public | {"errors"}


def test_the_glossary_is_in_order_and_has_each_word_once() -> None:
    words = re.findall(r'^\| <a id="[\w-]+"></a>\*\*`?([\w ]+)`?\*\* \|', GLOSSARY, re.M)
    assert words == sorted(set(words))
    assert len(words) == GLOSSARY.count("\n| ") - 1


def test_the_tests_that_the_design_names_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (DOCS / "explanation" / "design.md").read_text(encoding="utf-8"))
    assert named
    assert [each for each in named if not (ROOT / each).exists()] == []


def test_the_picture_of_the_towers_is_the_one_that_its_script_makes(tmp_path: Path) -> None:
    script = (tmp_path / "towers.py").resolve()
    script.write_text((DOCS / "pictures" / "towers.py").read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run([sys.executable, script], check=True)
    assert script.with_suffix(".svg").read_text("utf-8") == (DOCS / "pictures" / "towers.svg").read_text("utf-8")


def test_links_to_files_of_the_repository_lead_to_pages_that_show_them() -> None:
    text = (
        "[a config](../../configs/sample.yaml), [part](../how-to/stores.md#recall), [two](two.ipynb), [x](https://x.y)"
    )
    pages = {"learn/one.md": text, "learn/two.md": "", "learn/two.ipynb": "", "how-to/stores.md": ""}
    sources = linked_sources(pages)
    assert list(sources) == ["source/configs/sample.yaml.md"]
    assert "```yaml linenums" in sources["source/configs/sample.yaml.md"]
    assert rewritten(text, "learn/one.md", {**pages, **sources}) == (
        "[a config](../source/configs/sample.yaml.md), [part](../how-to/stores.md#recall), [two](two.md), [x](https://x.y)"
    )


def test_files_that_linked_files_link_to_are_shown_too() -> None:
    sources = linked_sources({"index.md": "[the shop](../examples/shop)"})
    assert {"source/examples/shop.md", "source/examples/shop/shop.yaml.md"} <= set(sources)


def test_a_notebook_becomes_its_text_code_and_outputs() -> None:
    def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
        return {"cell_type": "code", "source": [source], "outputs": list(outputs)}

    html = {"data": {"text/html": ["<style>td {color: red}</style>\n", "<table>\n\n", "</table>"], "text/plain": ["x"]}}
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "Text."]},
        code("1 + 1", {"data": {"text/plain": ["2"]}}),
        code("!towhee-recsys demo", {"text": ["done\n"]}),
        code("frame", html),
        code("picture", {"data": {"image/png": "AAAA\n", "text/plain": ["<Figure>"]}}),
    ]
    page = notebook_page(json.dumps({"cells": cells}), "one.ipynb")
    assert page.startswith('# Title\n\n<p class="notebook">')
    assert '<a href="one.ipynb" download>' in page
    for part in ("```python\n1 + 1\n```", "```text\n2\n```", "```sh\ntowhee-recsys demo\n```", "```text\ndone\n```"):
        assert part in page
    assert '<div class="output">\n<table>\n</table>\n</div>' in page
    assert 'src="data:image/png;base64,AAAA"' in page


def test_markdown_of_descriptions_is_neither_html_nor_a_cell() -> None:
    assert prose("a <b>\n `x|y` | {c}") == "a &lt;b> `x|y` &#124; &#123;c}"
    assert as_python_markdown('| `"\\|"` | b\\|c |\n`\\|`') == '| `"|"` | b\\|c |\n`\\|`'


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="here"><a href="b.html#there">b</a><a href="#here">a</a><img src="c.png">')
    (tmp_path / "b.html").write_text('<a href="a.html#gone">a</a> <a href="https://example.com/">e</a>')
    assert sorted(broken_links(tmp_path)) == ["a.html: b.html#there", "a.html: c.png", "b.html: a.html#gone"]


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Builds the site of a config of mkdocs, as `make docs` does."""
    if importlib.util.find_spec("mkdocs") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("the site needs the extra docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", config, "--site-dir", site]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    result = build(ROOT / "mkdocs.yml", tmp_path)
    assert (result.returncode, "WARNING" in result.stderr) == (0, False), result.stderr
    assert "training.learning_rate" in (tmp_path / "search" / "search_index.js").read_text(encoding="utf-8")
    for page in tmp_path.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'(?:<script[^>]* src|<img[^>]* src|<link[^>]* href)="(?:https?:)?//[^"]*"', text) == []


@pytest.mark.slow
def test_what_is_broken_ends_the_build(tmp_path: Path) -> None:
    text = '# Home\n\n[a](gone.md) [b](#nowhere) <a href="lost.html">c</a>\n\n::: towhee_recsys.no_such_name\n'
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "site").symlink_to(DOCS / "site")
    (tmp_path / "build").symlink_to(ROOT / "build")
    (tmp_path / "docs" / "index.md").write_text(text, encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(f"INHERIT: {ROOT / 'mkdocs.yml'}\nnav: [index.md]\n", encoding="utf-8")
    result = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert result.returncode == 1
    assert "towhee_recsys.no_such_name could not be found" in result.stderr
    (tmp_path / "docs" / "index.md").write_text(text.partition(":::")[0], encoding="utf-8")
    result = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert result.returncode == 1
    for link in ("'gone.md'", "'#nowhere'", "lost.html"):
        assert re.search(rf"WARNING.*{link}", result.stderr), result.stderr
