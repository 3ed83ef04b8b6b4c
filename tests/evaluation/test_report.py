"""The report as a page: what is in it, what it must never load, and when it is not written."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.errors import EvaluationError, StoreError
from towhee_recsys.evaluation.ablation import ALL, Difference
from towhee_recsys.evaluation.compare import compare_models
from towhee_recsys.evaluation.evaluate import MODEL, evaluate_model
from towhee_recsys.evaluation.report import check_location, write_report
from towhee_recsys.evaluation.report import latency as module
from towhee_recsys.evaluation.report.example_users import example_users
from towhee_recsys.evaluation.report.slices import slices
from towhee_recsys.evaluation.report.write import render

SECTIONS = ["header", "table", "certainty", "curves", "ablation", "latency", "slices", "users"]
HOSTILE = '</style></svg><script>alert(1)</script> "$x^2$" {{ 7 * 7 }} <img src=http://example.com>'


class Page(HTMLParser):
    """The elements of a page, what they refer to, and their ids."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.refers, self.ids = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "srcset", "action", "data"):
                self.refers.append(value)
            if name == "id":
                self.ids.append(value)


@pytest.fixture
def still(monkeypatch):
    """Nothing is timed: what is left is the same each time."""
    from towhee_recsys.evaluation.report import write

    monkeypatch.setattr(write, "latency", lambda evaluation: None)


@pytest.fixture(scope="module")
def cold_items(quick_config):
    return evaluate_model(quick_config, protocol="cold-items")


def test_one_file_has_all_sections(quick, tmp_path):
    write_report(quick, tmp_path / "report.html")
    [file] = tmp_path.iterdir()
    page = Page(file.read_text(encoding="utf-8"))
    assert [each for each in page.ids if each in SECTIONS] == SECTIONS
    assert page.tags.count("svg") == 5
    assert file.stat().st_size < 400_000


@pytest.mark.parametrize("name", ["quick", "cold", "cold_items"])
def test_the_page_loads_nothing(name, request, still):
    text = render(request.getfixturevalue(name))
    page = Page(text)
    assert page.refers
    assert all(each.startswith("#") and each[1:] in page.ids for each in page.refers)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(page.tags)
    assert not re.findall(r"@import|url\((?!#)", text)
    assert len(page.ids) == len(set(page.ids))


def test_titles_and_names_do_not_break_out(quick, still):
    count = len(quick.dataset.items)
    items = quick.dataset.items.assign(
        title=HOSTILE, genres=[[HOSTILE]] * count, year=pd.array([None] * count, "Int64")
    )
    schema = quick.dataset.schema.model_copy(update={"name": HOSTILE})
    hostile = replace(quick, dataset=replace(quick.dataset, items=items, schema=schema))
    text = render(hostile)
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("&lt;script&gt;") > 60
    assert "{{ 7 * 7 }}" in text


def test_a_models_name_does_not_break_out(quick, still):
    [results], [config] = quick.models.values(), quick.configs.values()
    named = replace(quick, models={HOSTILE: replace(results, name=HOSTILE)}, configs={HOSTILE: config})
    assert "<script" not in render(named)


def test_the_same_input_gives_the_same_bytes(quick, still, tmp_path):
    for name in ("a.html", "b.html"):
        write_report(quick, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_several_models_are_in_one_picture_and_one_legend(quick_config, tmp_path, still):
    folders = {name: load_config(quick_config, **{"model.dir": str(tmp_path / name)}) for name in ("one", "two")}
    found = compare_models({"first": folders["one"], "second": load_config(folders["two"], **{"training.epochs": 1})})
    text = render(found)
    assert '<span class="swatch c1"></span>second' in text
    assert "var(--s1)" in text
    assert "Losses of models with different objectives" in text
    assert [each.title for each in example_users(found)[0].lists] == ["first", "second"]


def test_without_lists_the_sections_say_so(quick, still):
    def bare(results):
        run = results.runs[0]
        metrics = {name: each for name, each in run.metrics.items() if name in ("rmse", "mae")}
        return replace(results, runs=[replace(run, metrics=metrics, lists={})])

    task = replace(quick.tasks[0], questions=[])
    rated = {name: bare(each) for name, each in quick.baselines.items() if "rmse" in each.metrics}
    found = replace(quick, tasks=[task], models={MODEL: bare(quick.models[MODEL])}, baselines=rated)
    assert {each.metric for each in slices(found)} == {"rmse"}
    assert "The model gives no lists" in render(found)


def test_the_ablation_is_a_table_or_the_command_that_makes_it(quick, still):
    assert "evaluate -c CONFIG --report\nFILE.html --ablation" in render(quick)
    differences = [
        Difference(ALL, "cold-users", "ndcg@10", 0.4, 0.0, 0.0, 0.0),
        Difference("gender", "cold-users", "ndcg@10", 0.35, -0.05, -0.07, -0.03),
        Difference("age", "cold-users", "ndcg@10", 0.39, -0.01, -0.03, 0.01),
    ]
    text = render(quick, differences)
    assert re.search(r'without gender</th>\s*<td>0.3500<small class="sure">-0.0500<br>\[-0.0700, -0.0300\]', text)
    assert re.search(r"without age</th>\s*<td>0.3900<small>-0.0100", text)


def test_without_milvus_the_section_says_so(quick, monkeypatch, caplog):
    def fails(*arguments):
        raise StoreError("no room")

    monkeypatch.setattr(module, "build", fails)
    assert "Milvus does not work here" in render(quick)
    assert caplog.messages == ["without the latency of the index: no room"]


def test_a_location_that_cannot_be_written(quick, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path, reason in (
        (tmp_path, "it is a folder"),
        (tmp_path / "file" / "report.html", "File exists|Not a directory"),
    ):
        with pytest.raises(EvaluationError) as raised:
            check_location(path)
        message = str(raised.value)
        assert message.startswith(f"the report {path} cannot be written: ")
        assert re.search(reason, message)
        with pytest.raises(EvaluationError, match="cannot be written"):
            write_report(quick, path)


def test_a_write_that_fails_leaves_the_old_report(quick, still, tmp_path, monkeypatch):
    file = tmp_path / "report.html"
    file.write_text("old", encoding="utf-8")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EvaluationError, match=r"report\.html cannot be written: No space left on device\."):
        write_report(quick, file)
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]
