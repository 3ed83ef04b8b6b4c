"""A recommender as one HTML file, which recommends in the browser, without a service and without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee_recsys.bundle import Bundle, load_bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.page.describe import page_description
from towhee_recsys.page.inline import one_file
from towhee_recsys.page.item_map import item_map
from towhee_recsys.page.overview import read_overview
from towhee_recsys.page.scoring import item_arrays, opinion_weights, popularity, user_parts, variances
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.projection import open_projection
from towhee_recsys.stores.vectors import IndexRecord, index_of
from towhee_recsys.support.output_file import OutputFile

MOST_ITEMS = 20_000
"""A file of more items would be too large for a browser to open quickly."""

NOTE = (
    "This file recommends on its own, without a network. Its scores are approximate: vectors are rounded to 8 bits, "
    "and what you like moves you by a rule fitted to the model, which folds likes in exactly."
)


def export_page(config: Config | str | Path, file: str | Path) -> int:
    """Writes the page of the live index to `file`, with all of its items inside; returns their number.

    A user is described by the columns that are choices, and by liked and disliked items; no known user is in it.

    Raises:
        QueryError: there are more than 20,000 items.
        IndexMismatchError: there is no index, it has no map, or its model is not here.
        StoreError: a store fails.
        RecsysError: the file cannot be written.
    """
    config, output = load_config(config), OutputFile(file, "page")
    output.check()
    published = PublishedModel(config)
    live = published.must_be_live()
    if live.rows > MOST_ITEMS:
        raise QueryError(
            f"the index {live.collection!r} has {live.rows:,} items; a page in one file takes at most {MOST_ITEMS:,}. "
            "Serve the page with `towhee-recsys serve -c CONFIG` instead."
        )
    data = _data(config, load_bundle(published.folder(live)), live)
    output.write(one_file("local_main.js", data))
    return len(data["items"])


def _data(config: Config, bundle: Bundle, live: IndexRecord) -> dict[str, Any]:
    overview = read_overview(open_projection(config.catalogue), open_catalogue(config.catalogue), live.build)
    if not overview.ids:
        raise IndexMismatchError(
            f"the index {live.collection!r} has no map of its items: it was indexed without the steps project and "
            "projection_insert. Index again with `towhee-recsys index -c CONFIG`."
        )
    page = page_description(config, bundle, live.build, overview)
    choices = [each for each in page["users"]["columns"] if each["kind"] == "choice"]
    page |= {"users": {**page["users"], "columns": choices, "examples": []}, "note": NOTE}
    rows = index_of(config.milvus).store.rows(live.build, overview.ids)
    order = {key: row for row, key in enumerate(rows.ids.tolist())}
    vectors = rows.vectors[[order[key] for key in overview.ids]]
    return {
        "page": page,
        "map": item_map(overview, bundle.item_schema),
        "items": overview.facts,
        "arrays": item_arrays(vectors),
        "parts": user_parts(bundle, choices),
        "opinions": opinion_weights(bundle),
        "popularity": popularity(bundle, overview.ids),
        "calibration": bundle.calibration.to_json() if bundle.calibration else None,
        "variances": variances(bundle, overview.ids),
    }
