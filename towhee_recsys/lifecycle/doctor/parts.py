"""Checks of the parts that a config names: the data, the model and the two stores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from towhee_recsys.config import expand_env, load_config
from towhee_recsys.data import check_dataset
from towhee_recsys.errors import StoreError
from towhee_recsys.lifecycle.doctor.case import Case
from towhee_recsys.lifecycle.doctor.findings import Concern
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.keyed.urls import parse_url
from towhee_recsys.stores.vectors import check_uri, index_of, index_type
from towhee_recsys.support.urls import shown_url

if TYPE_CHECKING:
    from towhee_recsys.bundle import Bundle


def config(case: Case) -> str:
    """The config and its quality requirements can be read."""
    from towhee_recsys.evaluation.gates import read_gates

    case.config = load_config(case.source, overrides=case.overrides)
    read_gates(case.config.require, case.config.protocol, case.config.dataset.feedback)
    return f"{case.source if isinstance(case.source, (str, Path)) else 'the given settings'}: nothing wrong"


def dataset(case: Case) -> str:
    """The dataset's files exist and can be opened."""
    found, complete = check_dataset(case.config.dataset)
    if not complete:
        raise Concern(found)
    return found


def model(case: Case) -> str:
    """The files of the trained model are as saved, in a format of this version, and its towers can be used."""
    folder = Path(case.config.model.dir).resolve()
    case.trained = usable_bundle(folder)
    if changed := case.trained.changed_columns(case.config):
        raise Concern(
            f"{' and '.join(changed)} changed since model {case.trained.model_id} in {folder} was trained: they "
            "take effect with the next training. Train with `towhee-recsys train -c CONFIG`, then index."
        )
    manifest = case.trained.manifest
    removed = ", ".join(f"{count:,} by {rule}" for rule, count in manifest.dataset.removed.items())
    return (
        f"model {case.trained.model_id} in {folder}: {len(manifest.files)} files as they were saved, "
        f"format {manifest.format_version}, PaddlePaddle {manifest.versions.paddlepaddle}"
        f"{f'; cleaning removed interactions: {removed}' if removed else ''}"
    )


def usable_bundle(folder: Path) -> Bundle:
    """The bundle in `folder`, read from the disk, not from this process' cache.

    Raises:
        BundleError: it cannot be used.
    """
    from towhee_recsys.bundle import ItemEncoder, UserEncoder, popular_items
    from towhee_recsys.bundle.bundle import read_bundle
    from towhee_recsys.support.files import recover

    recover(folder)
    bundle = read_bundle(folder)
    ItemEncoder(bundle), UserEncoder(bundle), popular_items(bundle)
    return bundle


def milvus(case: Case) -> str:
    """Milvus answers, and supports the configured index type."""
    given = case.config.milvus
    check_uri(given.uri, given.access.model_dump())
    address = expand_env(given.uri)
    if "://" not in address and not Path(address).expanduser().exists():  # opening it would create it
        raise StoreError(
            f"there is no Milvus Lite file {shown_url(given.uri)!r}. Create it with `towhee-recsys index -c CONFIG`, "
            "or name another in milvus.uri."
        )
    index = index_of(case.config.milvus, create=False)
    index_type(index.store, given.index.model_dump())
    index.store.exists(index.collection)
    case.index = index
    return f"{index.store.where} answers"


def catalogue(case: Case) -> str:
    """The catalogue answers, and holds facts."""
    address = parse_url(case.config.catalogue, "catalogue")
    if address.file and not address.file.exists():  # opening it would create it
        raise StoreError(
            f"there is no catalogue {address.shown!r}. Fill it with `towhee-recsys index -c CONFIG`, or name another "
            "in `catalogue`."
        )
    opened = open_catalogue(case.config.catalogue)
    opened.versions()  # it is read, to see that it answers
    case.catalogue = opened
    return f"{address.shown} answers"
