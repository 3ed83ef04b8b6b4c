"""Named categories: a value given by its code, by its name or, where codes start groups, by a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from towhee_recsys.errors import QueryError, close_match

if TYPE_CHECKING:
    from towhee_recsys.features.category import CategoryFeature


def code_of(feature: CategoryFeature, value: Any) -> int | str | None:
    """The code that `value` stands for: a code, a name in any case, or a number that falls into a group.

    None stays None: not known. Of a category without names every value is its own code.

    Raises:
        QueryError: the value is none of these.
    """
    if value is None or feature.names is None or (type(value) in (int, str) and value in feature.names):
        return value
    if not isinstance(value, bool):
        text = str(value).strip().casefold()
        for code, name in feature.names.items():
            if text in (str(code).casefold(), name.casefold()):
                return code
        if feature.groups_to is not None and text.isdecimal() and len(text) < 10:
            starts = [code for code in feature.names if isinstance(code, int) and code <= int(text)]
            if starts and int(text) <= feature.groups_to:
                return max(starts)
    raise QueryError(
        f"{feature.column} {value!r} is not known. Accepted: {accepted(feature)}.{_nearest(feature, value)}",
        feature.column,
        accepted(feature),
    )


def label(feature: CategoryFeature, value: Any) -> str:
    """Code and name as a person reads them: `25 (25-34)`."""
    code = code_of(feature, value)
    return f"{code} ({feature.names[code]})" if feature.names and code is not None else str(code)


def accepted(feature: CategoryFeature) -> str:
    """The values that `code_of` accepts, as text."""
    names = feature.names or {}
    listed = ", ".join(f"{code} ({name})" for code, name in names.items())
    lowest = min((code for code in names if isinstance(code, int)), default=0)
    return (
        listed if feature.groups_to is None else f"{listed}, or any whole number from {lowest} to {feature.groups_to}"
    )


def _nearest(feature: CategoryFeature, value: Any) -> str:
    names = feature.names or {}
    return close_match(value, names.values()) if isinstance(value, str) else ""
