"""Writes a small shop: products, customers and what they did, with tastes that are known.

    python examples/shop/generate.py [--out DIR]

Every draw is a `Random.random()` and only plain arithmetic follows it, so the three files are the same bytes with every
Python and on every machine.
"""

from __future__ import annotations

import argparse
import csv
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TypeVar

T = TypeVar("T")

FOLDER = Path(__file__).resolve().parent
SEED = 2024
CUSTOMERS, PRODUCTS_OF_A_CATEGORY = 400, 15
FIRST_DAY = datetime(2024, 1, 1, tzinfo=timezone.utc)

# What there is to buy: nouns of the products' names, tags, and the lowest and the highest price.
CATEGORIES: Mapping[str, tuple[Sequence[str], Sequence[str], tuple[float, float]]] = {
    "coffee": (("Espresso Beans", "Filter Coffee", "Moka Pot"), ("organic", "fair trade", "dark"), (6, 40)),
    "tea": (("Green Tea", "Earl Grey", "Teapot"), ("organic", "loose leaf", "caffeine free"), (4, 35)),
    "baking": (("Cake Tin", "Rye Flour", "Rolling Pin"), ("organic", "non-stick", "wood"), (3, 30)),
    "wine": (("Riesling", "Pinot Noir", "Corkscrew"), ("dry", "organic", "gift"), (7, 60)),
    "garden": (("Tomato Seeds", "Watering Can", "Pruning Shears"), ("balcony", "steel", "organic"), (2, 45)),
    "games": (("Card Game", "Puzzle", "Dice Set"), ("family", "two players", "wood"), (8, 50)),
    "stationery": (("Notebook", "Fountain Pen", "Calendar"), ("recycled", "gift", "leather"), (3, 70)),
    "audio": (("Headphones", "Speaker", "Turntable"), ("wireless", "vintage", "travel"), (25, 240)),
    "running": (("Running Shoes", "Rain Jacket", "Bottle"), ("light", "reflective", "recycled"), (9, 150)),
    "toys": (("Train Set", "Plush Bear", "Kite"), ("wood", "family", "outdoor"), (6, 65)),
}
ADJECTIVES = ("Classic", "Nordic", "Little", "Grand", "Everyday", "Royal", "Simple", "Bright", "Quiet", "Wild")
BRANDS = ("Alder & Co", "Brightwater", "Casa Lume", "Dovetail", "Eastmill")

# Planted tastes: how many times as often as anybody these customers choose from a category.
COUNTRY_TASTE: Mapping[str, Mapping[str, float]] = {
    "DE": {"baking": 5, "running": 2, "tea": 0.4},
    "FR": {"wine": 5, "stationery": 2, "baking": 0.5},
    "GB": {"tea": 5, "garden": 2, "coffee": 0.4},
    "IT": {"coffee": 5, "wine": 2, "tea": 0.3},
    "JP": {"stationery": 5, "tea": 2, "wine": 0.5},
}
AGE_TASTE: Mapping[str, Mapping[str, float]] = {
    "18-29": {"games": 3, "audio": 4, "garden": 0.3},
    "30-44": {"toys": 5, "running": 2, "audio": 0.5},
    "45-59": {"running": 3, "wine": 2, "toys": 0.4},
    "60+": {"garden": 5, "stationery": 1.5, "games": 0.4},
}


@dataclass(frozen=True)
class Product:
    """A product; `fame` is how often it is come across, from 0.2 to 1."""

    sku: str
    name: str
    category: str
    brand: str
    price: str
    tags: tuple[str, ...]
    in_stock: bool
    fame: float


@dataclass(frozen=True)
class Customer:
    """A customer; `favourite` is a category that they like for no reason that the data show."""

    id: str
    country: str
    age_group: str
    newsletter: bool
    favourite: str


def planted_taste(country: str, age_group: str, category: str) -> float:
    """How many times as often as anybody such customers choose from the category."""
    return COUNTRY_TASTE[country].get(category, 1.0) * AGE_TASTE[age_group].get(category, 1.0)


def main() -> None:
    """Writes the three files, by default beside this script."""
    parser = argparse.ArgumentParser(description="Make the shop's products.csv, customers.csv and orders.csv.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write to")
    write(parser.parse_args().out)


def write(out: Path, seed: int = SEED) -> None:
    """Writes products.csv, customers.csv and orders.csv into the folder `out`."""
    rng = Random(seed)
    products = [product for category in CATEGORIES for product in _products(rng, category)]
    customers = [_customer(rng, number) for number in range(1, CUSTOMERS + 1)]
    events = sorted(event for customer in customers for event in _events(rng, customer, products))
    out.mkdir(parents=True, exist_ok=True)
    _write(
        out / "products.csv",
        ("sku", "name", "category", "brand", "price", "tags", "in_stock"),
        ((p.sku, p.name, p.category, p.brand, p.price, "|".join(p.tags), str(p.in_stock).lower()) for p in products),
    )
    _write(
        out / "customers.csv",
        ("customer_id", "country", "age_group", "newsletter"),
        ((c.id, c.country, c.age_group, str(c.newsletter).lower()) for c in customers),
    )
    _write(out / "orders.csv", ("at", "customer_id", "sku", "action"), events)


def _products(rng: Random, category: str) -> Iterator[Product]:
    nouns, tags, (lowest, highest) = CATEGORIES[category]
    for number in range(PRODUCTS_OF_A_CATEGORY):
        adjective = ADJECTIVES[number % len(ADJECTIVES)]
        yield Product(
            sku=f"{category[:3].upper()}-{number + 1:03d}",
            name=f"{adjective} {nouns[number % len(nouns)]}",
            category=category,
            brand=_one_of(rng, BRANDS),
            price=f"{lowest + int(rng.random() * (highest - lowest)) + 0.9:.2f}",
            tags=tuple(tag for tag in tags if rng.random() < 0.5),
            in_stock=rng.random() < 0.85,
            fame=0.2 + 0.8 * rng.random(),
        )


def _customer(rng: Random, number: int) -> Customer:
    return Customer(
        id=f"c{number:04d}",
        country=_one_of(rng, list(COUNTRY_TASTE)),
        age_group=_one_of(rng, list(AGE_TASTE)),
        newsletter=rng.random() < 0.3,
        favourite=_one_of(rng, list(CATEGORIES)),
    )


def _events(rng: Random, customer: Customer, products: Sequence[Product]) -> Iterator[tuple[str, str, str, str]]:
    """What a customer does: views products, puts some of them into the cart, and buys some of those."""
    odds = list(accumulate(product.fame * _liking(customer, product) for product in products))
    time = FIRST_DAY + timedelta(seconds=int(rng.random() * 300 * 86_400))
    for _ in range(6 + int(16 * rng.random())):
        product = products[bisect(odds, rng.random() * odds[-1], hi=len(odds) - 1)]
        likes = _liking(customer, product) > 1
        for action, share in (("view", 1.0), ("cart", 0.45 if likes else 0.2), ("purchase", 0.6 if likes else 0.3)):
            if rng.random() >= share:
                break
            yield time.strftime("%Y-%m-%dT%H:%M:%SZ"), customer.id, product.sku, action
            time += timedelta(seconds=20 + int(rng.random() * 400))
        time += timedelta(seconds=int(rng.random() * 2 * 86_400))


def _liking(customer: Customer, product: Product) -> float:
    own = 3 if product.category == customer.favourite else 1
    return own * planted_taste(customer.country, customer.age_group, product.category)


def _one_of(rng: Random, values: Sequence[T]) -> T:
    return values[int(rng.random() * len(values))]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main()
