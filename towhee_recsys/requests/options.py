"""The options of a request: all that it has besides its user or its items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee_recsys.config import load_section
from towhee_recsys.config.requests import REQUEST_FIELDS, RequestsConfig
from towhee_recsys.data.items import FieldType, Id, ItemSchema
from towhee_recsys.errors import ConfigError, close_match, refused
from towhee_recsys.requests.fields import check_names, deviation, flag, id_list, share, whole_number
from towhee_recsys.requests.filter_grammar import filter_clauses
from towhee_recsys.requests.request import Request
from towhee_recsys.stores.vectors import Filter

_READERS = {"max_std": deviation, "include_seen": flag, "diversity": share, "explain": flag}
"""The checks of the fields that have one value, by their names."""

NO_STD = (
    "This model does not know how sure its predicted ratings are: it was trained without a teacher. Leave it out, or "
    "set training.teacher and train again."
)

_WITH_DEFAULTS = ("top_k", "max_std", "include_seen", "diversity", "explain")


def request_rules(settings: Mapping[str, Any] | None) -> RequestsConfig:
    """The checked settings of `requests` in a config; None stands for the defaults.

    Raises:
        ConfigError: a setting is not acceptable.
    """
    return load_section("requests", RequestsConfig, dict(settings or {}))


class OptionsReader:
    """Reads the options of requests by the rules of a config.

    Attributes:
        default: The request without options.
        id_type: The type of the items' ids.
        max_ids: The most ids in a list.

    Args:
        rules: What requests may contain, and defaults.
        items: The columns of the items.
        top_k: How many items are returned where a request has no `top_k`.
        include_seen: Whether seen items may be recommended where a request has no `include_seen`.
        subject: The field that names what the request is for: `user`, or `items`.
        without: Fields that such requests do not have.
        knows_std: Whether the model knows how sure predicted ratings are, which `max_std` needs.

    Raises:
        ConfigError: the rules name a column to filter by that is not declared, or have a `max_std` that the model
            cannot compare with.
    """

    def __init__(
        self,
        rules: RequestsConfig,
        items: ItemSchema,
        top_k: int,
        include_seen: bool = False,
        subject: str = "user",
        without: tuple[str, ...] = (),
        knows_std: bool = True,
    ):
        explain = rules.explain and "explain" not in without
        max_std = None if "max_std" in without else rules.max_std
        if max_std is not None and not knows_std:
            raise ConfigError(f"requests.max_std: given {max_std}, accepted: none. {NO_STD}")
        self._knows_std = knows_std
        self.default = Request(
            top_k, include_seen=include_seen, diversity=rules.diversity, explain=explain, max_std=max_std
        )
        self.id_type, self.max_ids = items.id_type, rules.max_ids
        fields = [name for name in REQUEST_FIELDS if name not in without]
        self._known = (subject, *fields)
        self._allowed = (subject, *(name for name in fields if name in rules.allow))
        self._most = max(rules.max_top_k, top_k)
        self._filters = _filter_columns(rules.filter, items)

    def read(self, given: Mapping[str, Any], exclude: tuple[Id, ...] = ()) -> Request:
        """The request that has the options in `given`, and `exclude` besides; a field whose value is None is ignored.

        Raises:
            QueryError: a field is unknown, not allowed, or has a value that is not accepted.
        """
        check_names(given, self._allowed, self._known)
        values = {name: value for name, value in given.items() if value is not None}
        if "max_std" in values and not self._knows_std:
            raise refused("max_std", values["max_std"], "none", f" {NO_STD}")
        made: dict[str, Any] = self._page(values)
        made |= {name: read(name, values[name]) for name, read in _READERS.items() if name in values}
        if "exclude" in values:
            exclude = (*id_list("exclude", values["exclude"], self.id_type, self.max_ids), *exclude)
        if "filter" in values or "only" in values:
            made["where"] = self._where(values)
        settings = {name: getattr(self.default, name) for name in _WITH_DEFAULTS}
        return Request(**(settings | made), exclude=tuple(dict.fromkeys(exclude)))

    def _page(self, values: Mapping[str, Any]) -> dict[str, int]:
        top_k = whole_number("top_k", values.get("top_k", self.default.top_k), 1, self._most)
        offset = whole_number("offset", values.get("offset", 0), 0, self._most - 1)
        if offset + top_k > self._most:
            accepted = f"at most {self._most} for offset + top_k (requests.max_top_k of the config)"
            raise refused("offset", offset, accepted, f" top_k is {top_k}.")
        return {"top_k": top_k, "offset": offset}

    def _where(self, values: Mapping[str, Any]) -> Filter:
        only = id_list("only", values["only"], self.id_type, self.max_ids) if "only" in values else None
        clauses = filter_clauses(values["filter"], self._filters) if "filter" in values else ()
        return Filter(clauses, None if only is None else frozenset(only))


def _filter_columns(names: Sequence[str] | None, items: ItemSchema) -> dict[str, FieldType]:
    """The columns that requests may filter by, with their types. Raises ConfigError for one that is not declared."""
    declared = items.filters
    for name in names or ():
        if name not in declared:
            raise ConfigError(
                f"requests.filter: given {name!r}, accepted: {', '.join(declared) or 'none'}, the columns of "
                f"dataset.items.filter that were indexed.{close_match(name, declared)}"
            )
    return {name: declared[name] for name in (declared if names is None else names)}
