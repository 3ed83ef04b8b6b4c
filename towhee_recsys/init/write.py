"""The text of a config that was inferred."""

from __future__ import annotations

from typing import Any

from towhee_recsys.config.locations import folder_name
from towhee_recsys.init.document import commented_yaml
from towhee_recsys.init.features import FoundFeature
from towhee_recsys.init.notes import Notes, Path
from towhee_recsys.init.plan import Plan


def config_text(
    dataset: dict[str, Any], features: dict[str, list[FoundFeature]], plan: Plan, notes: Notes, output: str
) -> str:
    """The config as YAML: each decision has its reason, each doubt its alternative."""
    folder = folder_name(dataset["name"])
    settings = {
        "version": 1,
        "dataset": dataset,
        "objective": plan.objective,
        "protocol": plan.protocol,
        "features": {side: [each.settings for each in found if each.settings] for side, found in features.items()},
        "model": {"dir": f"artifacts/{folder}/model", **plan.model},
        "training": plan.training,
        "milvus": {"uri": f"artifacts/{folder}/items.db", "collection": "items"},
        "catalogue": f"sqlite:///artifacts/{folder}/items.sqlite",
        "top_k": 10,
        "seed": 42,
    }
    comments = {**notes.why, **{path: _unsure(path, notes) for path in notes.unsure}}
    after: dict[Path, list[str]] = {}
    for side, found in features.items():
        kept = [each for each in found if each.settings]
        comments |= {("features", side, str(row)): each.why for row, each in enumerate(kept) if each.why}
        after["features", side] = [f"{each.column} is left out: {each.why}" for each in found if not each.settings]
    if left := [
        f"{name} is left out: {why}" for (table, name), why in notes.left_out.items() if table == "interactions"
    ]:
        after["dataset", "interactions"] = left
    header = [
        "Written by `towhee-recsys init`: what the columns mean was found by their content and names.",
        f"Next: towhee-recsys train -c {output}, then index, recommend and evaluate.",
    ]
    return commented_yaml(settings, comments, header, after)


def _unsure(path: Path, notes: Notes) -> str:
    why = notes.why.get(path)
    return f"{why}; unsure: {notes.unsure[path]}" if why else f"unsure: {notes.unsure[path]}"
