"""The pipeline files that come with the package."""

from __future__ import annotations

from pathlib import Path

import pytest
from towhee import ops, pipe

from towhee_recsys.config import resolve
from towhee_recsys.errors import PipelineError
from towhee_recsys.lifecycle.published import published_config
from towhee_recsys.pipelines import load_pipeline
from towhee_recsys.pipelines.builder import SHIPPED

OURS = ops.towhee_recsys
NAMES = sorted(file.stem for file in SHIPPED.rglob("*.yaml"))


def composed_by_hand(name, config):
    """What the file of that name says, in Towhee's own words."""
    serving = config if name == "index" else published_config(config)
    model, catalogue = {"model_dir": serving.model.dir}, {"catalogue": config.catalogue}
    history = {"history": config.history_url}
    store = config.milvus.model_dump(include={"uri", "collection", "access"})
    vectors = store | {"index": config.milvus.index.model_dump()}
    server = config.milvus.server.model_dump()
    search, lookup = OURS.milvus_search(**vectors, top_k=config.top_k), OURS.lookup(**catalogue)
    rules = {**model, **store, **catalogue, "top_k": config.top_k, "requests": config.requests.model_dump()}
    feedback = {"feedback": config.feedback_url, "uri": config.milvus.uri, "collection": config.milvus.collection}
    diversify = OURS.diversify(**store)
    if name == "recommend":
        read = pipe.input("request").map(
            "request", ("user", "request"), OURS.read_request(**rules, include_seen=config.include_seen)
        )
        events = OURS.read_feedback(feedback=config.feedback_url, **model, **store, **history)
        changed = read.map(("user", "request"), ("user", "changes"), events)
        vector = changed.map("user", "vector", OURS.user_encoder(**model, unknown_user="error"))
        unit = vector.map("vector", "vector", OURS.normalize())
        seen = OURS.exclude_seen(**model, **store, **history, include_seen=False)
        ids = unit.map(("user", "changes", "request"), "leave_out", seen)
        hits = ids.map(("vector", "leave_out", "request"), "hits", search)
        popular = OURS.popular_items(**model, **store, top_k=config.top_k)
        hits = hits.map(("user", "vector", "leave_out", "hits", "request"), "hits", popular)
        items = hits.map(("hits", "request"), "hits", diversify).map(("hits", "request"), "items", lookup)
        explain = OURS.explain(**model, **store, **catalogue, **history)
        return items.map(("items", "hits", "user", "request"), "items", explain).output("items")
    if name == "similar":
        columns = ("items", "counts", "leave_out", "request")
        read = pipe.input("request").map("request", columns, OURS.read_similar_request(**rules))
        ids = read.map(("leave_out", "request"), "leave_out", OURS.exclude_hidden(**feedback))
        vectors = ids.map("items", "vectors", OURS.item_encoder(**model))
        units = vectors.map("vectors", "vectors", OURS.normalize())
        vector = units.map(("vectors", "counts"), "vector", OURS.mean_vector())
        hits = vector.map(("vector", "leave_out", "request"), "hits", search)
        page = hits.map(("hits", "request"), "hits", diversify)
        return page.map(("hits", "request"), "items", lookup).output("items")
    dataset = {"dataset": resolve("${dataset}", config, "here")}
    if name == "add":
        facts = OURS.catalogue_insert(**catalogue)
        return (
            pipe.input("path")
            .flat_map("path", "items", OURS.read_items(**dataset, **model, chunk_size=100000))
            .map("items", "vectors", OURS.item_encoder(**model))
            .map("vectors", "vectors", OURS.normalize())
            .map("vectors", "index", OURS.live_index(**store))
            .map(("items", "index"), "index", facts)
            .map(("items", "vectors"), "receipt", OURS.milvus_insert(**store))
            .map(("items", "receipt"), "receipt", facts)
            .output("index", "receipt")
        )
    tables = {**dataset, "tables": {}}
    return (
        pipe.input("source")
        .flat_map("source", "items", OURS.read_items(**dataset))
        .map("items", "vectors", OURS.item_encoder(**model))
        .map("vectors", "vectors", OURS.normalize())
        .map("vectors", "places", OURS.project(**model))
        .map(("items", "vectors"), "receipt", OURS.milvus_insert(**vectors, server=server, staged=True))
        .map(("items", "receipt"), "receipt", OURS.catalogue_insert(**catalogue))
        .window_all(("receipt", "places"), "receipts", OURS.projection_insert(**catalogue))
        .map("receipts", "receipts", OURS.history_insert(**tables, **history))
        .map("receipts", "index", OURS.publish(**vectors, **catalogue, **history, **model, **tables, recall=None))
        .output("index")
    )


def nodes(pipeline):
    """The properties of each node, in order."""
    return [
        (node.name, node.inputs, node.outputs, node.iter_info.type, node.op_info.operator, node.op_info.init_kws)
        for node in (pipeline.dag_repr.nodes[key] for key in pipeline.dag_repr.top_sort)
    ]


def test_there_are_four():
    assert NAMES == ["add", "index", "recommend", "similar"]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_what_can_be_composed_by_hand(name, indexed_config):
    assert nodes(load_pipeline(name, indexed_config)) == nodes(composed_by_hand(name, indexed_config))


def test_a_name_may_have_its_ending(indexed_config):
    assert nodes(load_pipeline("recommend.yaml", indexed_config)) == nodes(load_pipeline("recommend", indexed_config))


def test_a_file_is_loaded_by_its_path(indexed_config):
    assert nodes(load_pipeline(SHIPPED / "similar.yaml", indexed_config)) == nodes(
        load_pipeline("similar", indexed_config)
    )


def test_a_name_that_is_not_there():
    with pytest.raises(PipelineError) as raised:
        load_pipeline("recomend")
    assert str(raised.value) == (
        "there is no pipeline 'recomend'. Did you mean 'recommend'? "
        "Give a YAML file, or one of add, index, recommend, similar."
    )


def test_the_page_of_pipelines_shows_recommend_as_it_is():
    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "pipelines.md").read_text(encoding="utf-8")
    text = (SHIPPED / "recommend.yaml").read_text(encoding="utf-8")
    assert text[text.index("input:") :] in page
