"""From a pipeline file to a Towhee pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from towhee import ops, pipe
from towhee.runtime.constants import InputConst, OutputConst
from towhee.runtime.dag_repr import DAGRepr

from towhee_recsys.config import Config, Document, load_config, read_yaml
from towhee_recsys.engines import Engine
from towhee_recsys.errors import PipelineError, close_match
from towhee_recsys.pipelines.declaration import VERBS, Declaration, Step
from towhee_recsys.pipelines.following import FollowingSteps
from towhee_recsys.pipelines.grammar import Reader
from towhee_recsys.pipelines.operator_check import registered
from towhee_recsys.pipelines.runtime import Pipeline
from towhee_recsys.pipelines.steps import FixedSteps, Steps

SHIPPED = Path(__file__).resolve().parent

READING = ("milvus_search", "live_index", "exclude_seen")
"""The operators that read what is live."""


def load_pipeline(
    name_or_file: str | Path,
    config: Config | str | None = None,
    *,
    check: Callable[[Config], object] = lambda config: None,
    engine: Engine | None = None,
) -> Pipeline:
    """The pipeline of a shipped name (`add`, `index`, `recommend`, `similar`) or of a YAML file, built with `config`.

    All operators are built at once. A pipeline that reads the config's index encodes with the model that was published
    with it, whatever is trained meanwhile, and with `follow: true` changes over to the next one between two calls. Any
    other one, such as one that indexes, encodes with the model in `model.dir`, the newest. `check` is called with the
    config of each such model before it is used, and may raise a RecsysError to refuse it.

    With an `engine`, its workers encode the items of a pipeline that reads many; it must be open while the pipeline is
    called.

    Raises:
        PipelineError: the file has mistakes, of which the message lists all, or there is no such pipeline.
        IndexMismatchError: there is no index, or its model is not here.
        RecsysError: building an operator raised it, such as BundleError.
    """
    config, document = load_config(config), read_yaml(_file(name_or_file))

    def build(config: Config) -> Steps:
        check(config)
        declaration = _read(document, config)
        return Steps(_composed(declaration), declaration, engine)

    if not _uses_published_model(_read(document, config), config):
        return Pipeline(FixedSteps(build(config)))
    return Pipeline(FollowingSteps(config, build, config.follow))


def _read(document: Document, config: Config) -> Declaration:
    reader = Reader(document, config)
    declaration = reader.read()
    if reader.problems:
        raise PipelineError("\n".join(reader.problems))
    return declaration


def _uses_published_model(declaration: Declaration, config: Config) -> bool:
    """Whether a pipeline reads the config's index and encodes with its model, without publishing."""
    steps = [(registered(step.op), step.args) for step in declaration.steps]
    index = (config.milvus.uri, config.milvus.collection)
    reads = any(
        op in map(registered, READING) and (args.get("uri"), args.get("collection")) == index for op, args in steps
    )
    encodes = any(args.get("model_dir") == config.model.dir for _, args in steps)
    return reads and encodes and all(op != registered("publish") for op, _ in steps)


def _file(name_or_file: str | Path) -> Path:
    name = str(name_or_file)
    shipped = {file.stem: file for file in SHIPPED.glob("*.yaml")}
    if name in shipped:
        return shipped[name]
    if Path(name).is_file():
        return Path(name)
    if name.removesuffix(".yaml") in shipped:
        return shipped[name.removesuffix(".yaml")]
    raise PipelineError(
        f"there is no pipeline {name!r}.{close_match(name, shipped)} "
        f"Give a YAML file, or one of {', '.join(sorted(shipped))}."
    )


def _composed(declaration: Declaration) -> DAGRepr:
    """The declaration in Towhee's own words: `pipe.input(...).map(...).output(...)`.

    The output's node is added here, for `output` would build every operator, and print all arguments when it cannot.
    """
    composed = pipe.input(*declaration.inputs)
    for step in declaration.steps:
        composed = getattr(composed, step.verb)(*_columns(step), _operator(step))
    dag = composed.dag
    next(node for node in dag.values() if not node["next_nodes"])["next_nodes"].append(OutputConst.name)
    dag[OutputConst.name] = pipe.input(*declaration.outputs).dag[InputConst.name]  # it does nothing, either
    return DAGRepr.from_dict(dag)


def _columns(step: Step) -> tuple[Any, ...]:
    """The arguments of the verb before the operator, in Towhee's order."""
    return step.inputs, step.outputs, *(step.settings[key] for key in VERBS[step.verb])


def _operator(step: Step) -> Any:
    operator = ops
    for part in (registered(step.op) or step.op).replace("-", "_").split("/"):
        operator = getattr(operator, part)
    return operator(**step.args)
