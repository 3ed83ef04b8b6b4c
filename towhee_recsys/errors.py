"""The errors of this library: each message gives what was given, what is accepted, where, and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class RecsysError(Exception):
    """The base class of all errors that input or the environment can cause."""


class ConfigError(RecsysError):
    """A config file, an override or an environment variable is wrong."""


class DatasetError(RecsysError):
    """A data file is missing, damaged or not in its declared format."""


class DeclarationError(DatasetError):
    """The config declares something, such as a column, that the data do not have."""


class QueryError(RecsysError):
    """A request, a user record, an item record or a `top_k` is not acceptable.

    Attributes:
        field: The field of the request that it is about; None where it is not about a single field.
        accepted: What that field accepts, in words; None where it is not known.
    """

    def __init__(self, message: str = "", field: str | None = None, accepted: str | None = None):
        super().__init__(message)
        self.field, self.accepted = field, accepted


class TrainingError(RecsysError):
    """Training cannot start or continue."""


class TuningError(RecsysError):
    """Tuning cannot start or continue."""


class EvaluationError(RecsysError):
    """A protocol is unknown, or the data cannot be split or evaluated by it."""


class BundleError(RecsysError):
    """A model bundle is missing, incomplete, damaged or from another version."""


class IndexMismatchError(RecsysError):
    """The vector index is missing, or is not the one that was expected."""


class StoreError(RecsysError):
    """A store of vectors, facts, history or feedback cannot be opened, read or written."""


class EngineError(RecsysError):
    """An engine of bulk work is unknown, missing or cannot be reached, or its workers die."""


class PipelineError(RecsysError):
    """A pipeline file is wrong, or one of its steps failed."""


def refused(field: str, given: object, accepted: str, hint: str = "") -> QueryError:
    """The error for a field of a request whose value is not acceptable; `hint` follows what is accepted."""
    return QueryError(f"{field}: given {given!r:.200}, accepted: {accepted}.{hint}", field, accepted)


def bulleted(problems: Sequence[str], before: str = "", after: str = "") -> str:
    """All `problems` as one message, `before` and `after` around it: one alone in a line, several as a list."""
    if len(problems) == 1:
        return " ".join(part for part in (before, *problems, after) if part)
    return "\n".join(part for part in (before, *(f"- {problem}" for problem in problems), after) if part)


def close_match(given: object, accepted: Iterable[object]) -> str:
    """`" Did you mean 'x'?"` for the accepted name nearest to `given`, else an empty string."""
    names = {str(name).lower(): str(name) for name in accepted}
    found = difflib.get_close_matches(str(given).lower(), names, n=1)
    return f" Did you mean {names[found[0]]!r}?" if found else ""
