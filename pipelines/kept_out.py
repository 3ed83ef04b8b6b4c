"""Why an item is not recommended to a user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np

from towhee_recsys.bundle import UserEncoder, item_variances, item_vectors, load_bundle, popular_items
from towhee_recsys.config import Config, load_config
from towhee_recsys.data.items import EXPIRY, Id
from towhee_recsys.data.user_ids import possible_ids
from towhee_recsys.errors import refused
from towhee_recsys.features.liked import DISLIKED, LIKED, liked_of
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.operators.read_feedback import ReadFeedback
from towhee_recsys.pipelines.builder import load_pipeline
from towhee_recsys.pipelines.runtime import Pipeline
from towhee_recsys.requests import item_finder, user_request_reader
from towhee_recsys.requests.ranks import Fields, Rank, better_items, fields_of, rank_among
from towhee_recsys.requests.why_not import Rule, UserPast, rules_of_item, rules_of_rank
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import index_of

APPROXIMATE = "a search of an index of this type, {}, is not exact, and has missed it"
UNPOPULAR = "nothing is known of the user, who gets the most popular items; no user likes this one"


def why_not(
    config: Config | str, user: Mapping[str, Any], item: Any, *, recommend: Pipeline | None = None
) -> dict[str, Any]:
    """Why the recommendations for `user`, a record or a request, do not have `item`, an id or a title.

    `recommend` is the recommend pipeline of the config, where there is one already.

    Returns:
        `{"item": facts, "recommended": bool, "score", "predicted_rating", "predicted_rating_std", "rank": among all
        items, "rank_of_allowed": among those that no rule keeps out, "items": in the index, "kept_out_by": [{"rule",
        "because"}]}`. The score is the cosine, or the relative popularity where nothing is known of the user. The
        ranks are None for an item that is not popular then. The rules are `not in the index`, `hidden`, `expired`,
        `seen`, `feedback`, `liked`, `disliked`, `exclude`, `only`, `filter`, `max_std`, `rank`, `offset`, `diversity`
        and `index`: all that apply, each with a sentence.

    Raises:
        BundleError: the published model cannot be used.
        IndexMismatchError: there is no index, or its model is not here.
        QueryError: the request is not acceptable, or there is no such item.
        StoreError: a store fails.
    """
    config = load_config(config)
    question = _Question(config, user, item)
    answer = (recommend or load_pipeline("recommend", config))(user).get()[0]
    recommended = any(each[question.id_column] == question.key for each in answer)
    standing = question.standing()
    rank = standing.rank
    rules = [] if recommended else question.rules(rank)
    return {
        "item": question.facts(),
        "recommended": recommended,
        "score": standing.score,
        **({} if standing.rating is None else {"predicted_rating": standing.rating}),
        **({} if standing.std is None else {"predicted_rating_std": standing.std}),
        "rank": rank.of_all if rank else None,
        "rank_of_allowed": rank.of_allowed if rank else None,
        "items": question.live.rows,
        "kept_out_by": [asdict(each) for each in rules],
    }


@dataclass(frozen=True)
class _Standing:
    """An item's score, its predicted rating, how sure that is, and its rank; None where there is none."""

    score: float
    rating: float | None
    std: float | None
    rank: Rank | None


class _Question:
    """A request and an item, with all that the stores have of both."""

    def __init__(self, config: Config, given: Mapping[str, Any], item: Any):
        published = PublishedModel(config)
        self.live = published.must_be_live()
        self._bundle = bundle = load_bundle(published.folder(self.live))
        self._index, self._catalogue = index_of(config.milvus, create=False), open_catalogue(config.catalogue)
        self.id_column = bundle.item_schema.id
        find = item_finder(bundle, self._catalogue, self._index)
        read = user_request_reader(bundle, find, config.top_k, config.include_seen, config.requests.model_dump())
        user, self._request = read(given)
        self.key: Id = find(item, "item")
        self._read_item()
        self._read_user(config, user)

    def facts(self) -> dict[str, Any]:
        """The item's facts, or its id alone."""
        [facts] = self._catalogue.get([self.key], self.live.build)
        return facts or {self.id_column: self.key}

    def rules(self, rank: Rank | None) -> list[Rule]:
        """The rules that keep the item out."""
        found = self._rules(self.key, self._fields)
        found += [Rule("rank", UNPOPULAR)] if rank is None else rules_of_rank(rank.of_allowed, self._request)
        return found or [Rule("index", APPROXIMATE.format(self.live.index))]

    def standing(self) -> _Standing:
        """The item's place for the user."""
        score = float(self._user.search[0] @ self._vector)
        calibration = self._bundle.calibration
        rating = calibration.ratings(self._user.for_rating[0] @ self._vector).item() if calibration else None
        std = self._std()
        store = self._index.store
        if self._known:
            above = better_items(store, self.live, self._user.search[0], self.key, score)
            return _Standing(score, rating, std, self._rank(above))
        popular = popular_items(self._bundle)
        if self.key not in popular:
            return _Standing(0.0, rating, std, None)
        before = list(popular)[: list(popular).index(self.key)]
        return _Standing(popular[self.key], rating, std, self._rank(store.rows(self.live.build, before).ids.tolist()))

    def _std(self) -> float | None:
        """The standard deviation of the predicted rating's error."""
        factors = item_variances(self._bundle)
        return None if factors is None or self._variance is None else sqrt(self._variance * factors.of(self.key))

    def _rank(self, above: Sequence[Id]) -> Rank:
        with_fields = bool(self._request.filter_for(self._variance)) or EXPIRY in self.live.fields
        return rank_among(self._index.store, self.live, above, with_fields, self._allows)

    def _allows(self, key: Id, fields: Fields) -> bool:
        return not self._rules(key, fields)

    def _rules(self, key: Id, fields: Fields | None) -> list[Rule]:
        return rules_of_item(key, fields, self._request, self._past, self._hidden, self._variance)

    def _read_item(self) -> None:
        rows = self._index.store.rows(self.live.build, [self.key])
        self._fields: Fields | None = fields_of(rows, 0) if len(rows) else None
        known, vectors = item_vectors(self._bundle)
        if self._fields is None and str(self.key) not in known:
            raise refused("item", self.key, "an id, or the title of one item", " The model and the index lack it.")
        self._vector: np.ndarray = rows.vectors[0] if len(rows) else vectors[known[str(self.key)]]

    def _read_user(self, config: Config, user: Mapping[str, Any]) -> None:
        read = ReadFeedback(
            config.feedback_url,
            **config.milvus.model_dump(include={"uri", "collection", "access"}),
            model_dir=str(self._bundle.directory),
            include_seen=config.include_seen,
            history=config.history_url,
        )
        record, _ = read(user, self._request)
        ids = [] if self._request.include_seen else possible_ids(user.get(self._bundle.schema.users.id))
        hidden, [events] = feedback_of(config).read([ids[0] if ids else None])
        lists = open_history(config.history_url).get(ids, self.live.build) if ids else []
        named = {name: set(liked_of(user, name)) for name in (LIKED, DISLIKED)}
        self._hidden = set(hidden)
        self._past = UserPast({key for each in lists for key in each}, {event.item for event in events}, named)
        encoder = UserEncoder(self._bundle, config.unknown_user)
        self._user, self._known = normalize(encoder([record])), bool(encoder.knows([record])[0])
        self._variance = None if self._user.variances is None else float(self._user.variances[0])
