"""Policies of requests in an evaluation: lists as users get them who ask for diversity or for some of the items."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from towhee_recsys.config.requests import RequestsConfig
from towhee_recsys.data import Dataset, records
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import EvaluationError, QueryError
from towhee_recsys.protocols import Task
from towhee_recsys.requests import Request
from towhee_recsys.requests.options import OptionsReader

FIELDS = ("diversity", "filter", "exclude", "only", "max_std")
"""The fields of a request that a policy may have; others do not change which items are best."""


def default_policy(rules: RequestsConfig, items: ItemSchema) -> Request:
    """What a request has by the settings `requests` of a config: the diversity of its lists and `max_std`."""
    return _reader(rules, items).default


def read_policies(texts: Sequence[str], items: ItemSchema) -> dict[str, Request]:
    """Policies by their texts, such as "diversity=0.3" or '{"diversity": 0.3, "filter": {"year": {"gte": 1990}}}'.

    Raises:
        EvaluationError: a text is neither FIELD=VALUE nor a JSON object, or a field is not acceptable.
    """
    reader, policies = _reader(RequestsConfig(), items), {}
    for text in texts:
        try:
            policies[text] = reader.read(_fields(text))
        except QueryError as error:
            raise EvaluationError(f"policy {text}: {error}") from None
    return policies


def under_policy(task: Task, policy: Request, dataset: Dataset) -> Task:
    """`task` with lists of the items alone that a policy allows to all users; what is relevant stays the same."""
    if not policy.where and not policy.exclude:
        return task
    columns = [dataset.schema.items.id, *dataset.schema.items.filter]
    allowed = np.array([_allows(policy, record, columns[0]) for record in records(dataset.items[columns])], dtype=bool)
    questions = [replace(each, candidates=each.candidates & allowed) for each in task.questions]
    return replace(task, questions=questions)


def _reader(rules: RequestsConfig, items: ItemSchema) -> OptionsReader:
    others = ("top_k", "offset", "include_seen", "explain")
    return OptionsReader(rules, items, top_k=1, subject="policy", without=others)


def _fields(text: str) -> Mapping[str, Any]:
    """The fields in the text of a policy."""
    name, equals, value = text.partition("=")
    given = text if text.lstrip().startswith("{") else f"{{{json.dumps(name.strip())}: {value}}}"
    try:
        fields = json.loads(given) if equals or given is text else None
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise QueryError(f"write FIELD=VALUE, such as diversity=0.3, or a JSON object. Fields: {', '.join(FIELDS)}.")
    return fields


def _allows(policy: Request, record: Mapping[str, Any], id_column: str) -> bool:
    key = record[id_column]
    return key not in policy.exclude and (policy.where is None or policy.where.matches(key, record))
