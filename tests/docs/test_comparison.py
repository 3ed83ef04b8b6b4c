"""The comparison with other systems: the README's table is that of the page, and every answer has a source."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, links, tables

PAGE = ROOT / "docs" / "explanation" / "comparison.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+?)\n(.*?)(?=^## |^\[|\Z)", TEXT, re.DOTALL | re.MULTILINE)[1:]
"""What is compared, with the text below it; the first section says which system to take."""
SYSTEMS, *SHOWN = tables((ROOT / "README.md").read_text(encoding="utf-8"))[0]
OURS = "towhee_recsys"


@pytest.mark.parametrize(("title", "text"), SECTIONS, ids=[title for title, _ in SECTIONS])
def test_every_answer_has_a_source_at_a_version(title: str, text: str) -> None:
    [[_, *answers]] = tables(text)
    assert [system for system, *_ in answers] == [OURS, *SYSTEMS[2:]]
    for system, answer, sentence in answers:
        assert answer in ("yes", "part", "no", "–")
        assert answer != "–" or sentence.startswith("Not documented: ")
        assert "](" in sentence if system == OURS else "][" in sentence


def test_the_table_of_the_readme_has_the_same_answers() -> None:
    answers = [[title, *(answer for _, answer, _ in tables(text)[0][1:])] for title, text in SECTIONS]
    assert answers == SHOWN


def test_the_sources_are_of_the_versions_that_were_looked_at() -> None:
    sources = dict(re.findall(r"^\[(\S+)\]: (\S+)$", TEXT, re.MULTILINE))
    assert set(re.findall(r"\]\[(\S+?)\]", TEXT)) == set(sources)
    for source in sources.values():
        assert re.match(r"https://github\.com/[\w-]+/[\w-]+/blob/[0-9a-f]{12}/.", source)


def test_its_links_lead_somewhere() -> None:
    for target in links(TEXT):
        assert (PAGE.parent / target.partition("#")[0]).exists(), target
