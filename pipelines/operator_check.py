"""Whether an operator is registered, and takes the arguments and the inputs that a step gives it."""

from __future__ import annotations

import inspect
from typing import Any

from towhee.runtime.operator_manager import OperatorRegistry

import towhee_recsys.operators.towhee_fixes as fixes
from towhee_recsys.errors import close_match

ANONYMOUS = "anon/"
"""Where Towhee puts what is registered under a plain name."""


def registered(op: str) -> str | None:
    """The registered name of `op`: `lookup` and `towhee_recsys/lookup` are one, `mine/boost` is as it is.

    Only what is registered counts: Towhee would look for anything else at its hub, and run what it finds there.
    """
    plain = op.replace("_", "-")
    names = (fixes.OURS + plain, plain, ANONYMOUS + plain)
    return next((name for name in names if name in OperatorRegistry.REGISTRY), None)


def operator_problems(op: str, args: dict[str, Any], inputs: int | None) -> list[str]:
    """What is wrong with using `op` with these arguments on that many inputs; None leaves the inputs unchecked."""
    name = registered(op)
    if name is None:
        known = [name.removeprefix(fixes.OURS).removeprefix(ANONYMOUS) for name in OperatorRegistry.op_names()]
        short = [name.replace("-", "_") for name in known if "_" not in name]  # Towhee's own notes have a '_'
        accepted = ", ".join(sorted(short))
        return [f"operator {op!r} is not registered.{close_match(op, short)} Registered: {accepted}"]
    operator = OperatorRegistry.resolve(name)
    parameters = _parameters(operator)
    problems = _argument_problems(op, args, parameters)
    if inputs is not None and not _takes(operator, inputs):
        problems.append(f"operator {op!r} does not take {inputs} inputs")
    return problems


def _argument_problems(op: str, args: dict[str, Any], parameters: dict[str, inspect.Parameter] | None) -> list[str]:
    if parameters is None:
        return []
    unknown = [key for key in args if key not in parameters]
    problems = [
        f"operator {op!r} has no argument {key!r}.{close_match(key, parameters)} "
        f"Accepted: {', '.join(parameters) or 'none'}"
        for key in unknown
    ]
    missing = [key for key, each in parameters.items() if each.default is each.empty and key not in args]
    if missing:
        problems.append(f"operator {op!r} needs {' and '.join(missing)}")
    return problems


def _parameters(operator: Any) -> dict[str, inspect.Parameter] | None:
    """The constructor's parameters by name; None when it takes any keyword."""
    if operator.__init__ is object.__init__:
        return {}
    parameters = dict(list(inspect.signature(operator.__init__).parameters.items())[1:])
    kinds = {each.kind for each in parameters.values()}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return None
    return {name: each for name, each in parameters.items() if each.kind is not each.VAR_POSITIONAL}


def _takes(operator: Any, inputs: int) -> bool:
    try:
        inspect.signature(operator.__call__).bind(None, *[None] * inputs)
    except TypeError:
        return False
    return True
