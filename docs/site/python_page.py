"""The page about the Python API: mkdocstrings writes what it lists."""

from __future__ import annotations

from docs.site.markdown import page

INTRODUCTION = """
Everything is imported from `towhee_recsys` itself: `from towhee_recsys import load_config, train`. Importing it is
fast: what a name needs is loaded at its first use. Every error that input or surroundings can cause is a
[`RecsysError`](#towhee_recsys.errors.RecsysError).
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
ERRORS = """
::: towhee_recsys.errors
    options: {members: true, show_root_heading: false, show_root_toc_entry: false}
"""


def python_page() -> str:
    """The page as Markdown."""
    parts = [part for subject, names in SUBJECTS.items() for part in (f"## {subject}", *map(_name, names.split()))]
    return page("Python", INTRODUCTION, *parts, "## Errors", ERRORS)


def _name(name: str) -> str:
    return f"::: towhee_recsys.{name}\n    options: {{heading: {name}, toc_label: {name}}}"
