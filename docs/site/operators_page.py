"""The page about the Towhee operators, from those that are registered."""

from __future__ import annotations

import inspect
from typing import Any

from docs.site.markdown import code, fence, page
from towhee_recsys import operators

INTRODUCTION = """
The steps of pipelines: in YAML as `op: NAME` with `args`, in Python as `ops.towhee_recsys.NAME(...)`. Each takes one
record or a list of them, and several threads may call it. [Pipelines and operators](../how-to/pipelines.md) shows how
they are put together, and how to write one.
"""


def registered() -> dict[str, type[Any]]:
    """The classes of the operators by their names."""
    classes = [getattr(operators, name) for name in operators.__all__]
    return {each.__module__.rpartition(".")[2]: each for each in classes}


def operators_page() -> str:
    """The page as Markdown."""
    return page("Operators", INTRODUCTION, *(_operator(name, each) for name, each in registered().items()))


def _operator(name: str, operator: type[Any]) -> str:
    inputs = list(inspect.signature(operator.__call__).parameters.values())[1:]
    called = ", ".join(code(each.name) + " (may be left out)" * (each.default is not each.empty) for each in inputs)
    return "\n\n".join(
        [
            f"## {code(name)} {{ #{name} }}",
            fence("python", _signature(name, operator)),
            f"::: {operator.__module__}.{operator.__name__}\n    options: {{show_root_heading: false, "
            "show_root_toc_entry: false, show_signature: false, members: false}",
            f"Inputs of a step: {called}.",
        ]
    )


def _signature(name: str, operator: type[Any]) -> str:
    own = operator.__init__ is not object.__init__
    arguments = [_argument(each) for each in inspect.signature(operator).parameters.values()] if own else []
    one_line = f"ops.towhee_recsys.{name}({', '.join(arguments)})"
    if len(one_line) <= 88:
        return one_line
    return "\n".join([f"ops.towhee_recsys.{name}(", *(f"    {each}," for each in arguments), ")"])


def _argument(argument: inspect.Parameter) -> str:
    default = "" if argument.default is argument.empty else f" = {argument.default!r}"
    return f"{argument.name}: {argument.annotation}{default}"
