"""Copying the live build of a config's index to another Milvus; facts, histories and the model stay where they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.lifecycle.parts import other_parts
from towhee_recsys.lifecycle.recall import recall_target
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.feedback import Event
from towhee_recsys.stores.vectors import (
    IndexRecord,
    address_of,
    copy_live_build,
    index_of,
    index_type,
    must_be_complete,
    server_options,
)
from towhee_recsys.support.urls import shown_url


def copy_index(
    config: Config | str, to: Config | str, on_written: Callable[[int], object] = lambda rows: None
) -> IndexRecord:
    """Copies the live build to another Milvus, checks it there and makes it live there; returns its record.

    The index of `config` is not changed and serves on. Facts, histories and the model stay where they are: they have
    the name of the build, which the copy has, too. Feedback belongs to a Milvus and is copied; of an event that was
    given in both places, the later one counts. Where the new config has `milvus.recall`, it is measured on the copy. It
    can be repeated, and then copies what has changed.

    Args:
        config: The recommender as it serves today.
        to: Its config with another `milvus.uri`, whose other settings of `milvus` are those of the copy; or that uri
            alone, a file that ends in .db or a server.
        on_written: Called with the number of rows, each time that some were written.

    Raises:
        ConfigError: the copy has settings that its Milvus lacks.
        DatasetError: the copy has a `milvus.recall`, but the users whose searches are measured cannot be read.
        IndexMismatchError: there is nothing to copy, the index changed meanwhile, the new place has an index of its
            own, or the new config names other facts, histories or models.
        QueryError: both are the same Milvus, or have different collections.
        StoreError: a store fails, or another process indexes there.
    """
    config = load_config(config)
    new = _config_there(config, to)
    _must_be_another_place(config, new)
    source = index_of(config.milvus, create=False)
    _must_have_the_parts(source.live(), new)
    target = index_of(new.milvus)
    how = index_type(target.store, new.milvus.index.model_dump())
    server = server_options(target.store, new.milvus.server.model_dump())
    model = PublishedModels(new.model.dir).find(source.live().model_id)
    recall = recall_target(new.milvus.recall, how, model, new.dataset)
    with target.progress.observe(on_written):
        record = copy_live_build(source, target, how, server, recall)
    _copy_feedback(config, new)
    return record


def _config_there(config: Config, to: Config | str) -> Config:
    is_uri = isinstance(to, str) and (re.match(r"[A-Za-z][\w+.-]*:", to) or to.endswith(".db"))
    return load_config(config, milvus={"uri": to}) if is_uri else load_config(to)


def _must_be_another_place(config: Config, new: Config) -> None:
    if config.milvus.collection != new.milvus.collection:
        raise QueryError(
            f"milvus.collection of the copy: given {new.milvus.collection!r}, accepted: {config.milvus.collection!r}, "
            "for the names of builds begin with it. Give it the same name."
        )
    if address_of(config.milvus.uri) == address_of(new.milvus.uri):
        raise QueryError(
            f"milvus.uri of the copy: given {shown_url(new.milvus.uri)!r}, which is where the index is already. "
            "Accepted: another file that ends in .db, or another server."
        )


def _must_have_the_parts(record: IndexRecord, new: Config) -> None:
    try:
        must_be_complete(record, open_catalogue(new.catalogue), other_parts(new))
    except IndexMismatchError as error:
        raise IndexMismatchError(
            f"{error} Vectors alone are copied: give the copy the same catalogue, history and model.dir, or index "
            "there with `towhee-recsys index -c NEW_CONFIG`."
        ) from None


def _copy_feedback(config: Config, new: Config) -> None:
    source, target = feedback_of(config), feedback_of(new)
    if hidden := source.hidden():
        target.hide(hidden)
    events = list(source.events())
    held = {event.row()[:2]: event.added for event in target.events()}
    target.add(_later(events, held))


def _later(events: Sequence[Event], held: dict[tuple[str, str], float]) -> list[Event]:
    """The events that replace none that was added later."""
    return [event for event in events if event.added >= held.get(event.row()[:2], event.added)]
