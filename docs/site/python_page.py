"""The page about the Python API: mkdocstrings writes what it lists."""

from __future__ import annotations

from docs.site.markdown import page

INTRODUCTION = """
Everything is imported from `towhee_recsys` itself: `from towhee_recsys import load_config, train`. Importing it is
fast: what a name needs is loaded at its first use. Every error that input or surroundings can cause is a
[`RecsysError`](#towhee_recsys.errors.RecsysError). The fields of a `Config` are the keys of a [config](config.md).
"""
SUBJECTS = {
    "Configs and data": "load_config Config read_dataset",
    "Training": "train tune load_bundle paddle_model prepare_items",
    "Index": "index_pipeline add_pipeline add_items delete_items index_builds rollback_index gc_index copy_index",
    "Recommending": "recommend_pipeline similar_pipeline load_pipeline recommend_frame recommend_all why_not",
    "Feedback and hidden items": "add_feedback exported_feedback forget_user hide_items show_items hidden_items",
    "Measuring and checking": "evaluate compare examine",
}
"""The public names by their subjects."""
RETURNED = "pipelines.Pipeline", "bundle.Bundle"
"""The classes of what they return."""
ERRORS = """
::: towhee_recsys.errors
    options: {members: null, filters: ["!^[a-z]"], show_root_heading: false, show_root_toc_entry: false}
"""


def python_page() -> str:
    """The page as Markdown."""
    parts = [part for subject, names in SUBJECTS.items() for part in (f"## {subject}", *map(_name, names.split()))]
    returned = [_name(name, 'members: null, filters: ["!^_(?!_call__)"], members_order: source, ') for name in RETURNED]
    return page("Python", INTRODUCTION, *parts, "## What they return", *returned, "## Errors", ERRORS)


def _name(name: str, options: str = "") -> str:
    title = name.rpartition(".")[2]
    return f"::: towhee_recsys.{name}\n    options: {{{options}heading: {title}, toc_label: {title}}}"
