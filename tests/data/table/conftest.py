from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.declarations import schema
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.errors import DatasetError

ITEMS = "sku,name,price,stock,tags,size\nA1,NA,12,true,red|new,M\nA2,Lamp,,false,,42\nA3,1984,7.5,,blue,\n"
USERS = "customer,country,age\nc1,DE,30\nc2,NA,\n"
RATINGS = "customer,sku,stars,at\nc1,A1,5,100\nc1,A2,3,200\nc2,A1,4.5,300\n"
EVENTS = "customer,sku,what,at\nc1,A1,view,100\nc1,A1,buy,300\nc1,A1,view,200\nc2,A3,cart,50\nc2,A2,look,60\n"

WEIGHTS = {"view": 0.25, "cart": 0.5, "buy": 1, "look": 0}
EXPLICIT = {"user": "customer", "item": "sku", "rating": "stars", "scale": [0.5, 5], "time": "at"}
IMPLICIT = {"user": "customer", "item": "sku", "event": "what", "weights": WEIGHTS, "time": "at"}
ITEM_COLUMNS = {"id": "sku", "title": "name", "show": ["price"], "filter": ["tags", "stock"], "lists": {"tags": "|"}}

READ_ITEMS = [
    {"sku": "A1", "name": "NA", "price": 12.0, "stock": True, "tags": ["red", "new"], "size": "M"},
    {"sku": "A2", "name": "Lamp", "price": None, "stock": False, "tags": [], "size": "42"},
    {"sku": "A3", "name": "1984", "price": 7.5, "stock": None, "tags": ["blue"], "size": None},
]
"""ITEMS as they are read."""


class Tables:
    """A folder with tables, and what is read from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes) -> str:
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def ratings(self, ratings: str = RATINGS, items: str | None = ITEMS, users: str | None = USERS, **more: Any) -> Any:
        """The declaration of CSV files with these texts; None leaves a table out."""
        section: dict[str, Any] = {"interactions": {"path": self.write("ratings.csv", ratings), **EXPLICIT}}
        if items is not None:
            section["items"] = {"path": self.write("items.csv", items), **ITEM_COLUMNS}
        if users is not None:
            section["users"] = {"path": self.write("users.csv", users), "id": "customer"}
        return self.declared(**section, **more)

    def declared(self, **section: Any) -> Any:
        return schema(**{"name": "shop", "path": str(self.folder), "strict": True} | section)

    def read(self, *arguments: Any, **more: Any) -> Dataset:
        return read_dataset(self.ratings(*arguments, **more))

    def refused(self, *arguments: Any, **more: Any) -> str:
        with pytest.raises(DatasetError) as caught:
            self.read(*arguments, **more)
        return str(caught.value)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)
