"""Tables from queries: SQLite's in a file, and MariaDB's by a real server."""

from __future__ import annotations

import sqlite3
import traceback

import numpy as np
import pytest

from tests.data.table.conftest import EXPLICIT
from tests.servers.mariadb import PASSWORD
from towhee_recsys.config import dump_config, load_config, shown_settings, without_locations
from towhee_recsys.config.sql import SqlQuery
from towhee_recsys.data import (
    check_dataset,
    count_items,
    ensure_dataset,
    interactions_frame,
    iter_items,
    read_dataset,
    records,
)
from towhee_recsys.data.sources.table import sql as sql_module
from towhee_recsys.data.sources.table.interactions import read_interactions
from towhee_recsys.data.sources.table.sql_errors import querying
from towhee_recsys.errors import ConfigError, DatasetError
from towhee_recsys.support.section import without_secrets

SCRIPT = """
CREATE TABLE people (customer TEXT, country TEXT);
INSERT INTO people VALUES ('c1', 'DE'), ('c2', NULL);
CREATE TABLE products (sku INTEGER, name TEXT, tags TEXT, price REAL);
INSERT INTO products VALUES (7, 'Lamp', 'red|new', 2.5), (9007199254740993, '1984', '', NULL);
CREATE TABLE orders (customer TEXT, sku INTEGER, stars REAL, at TEXT);
INSERT INTO orders VALUES ('c2', 9007199254740993, 4.5, '1970-01-01 00:01:40'), ('c1', 7, 3, '1970-01-01 00:05:00');
"""
QUERIES = {
    "users": {"query": "SELECT * FROM people ORDER BY customer"},
    "items": {"query": "SELECT sku, name, tags, price FROM products WHERE name NOT LIKE '%x%' ORDER BY sku"},
    "interactions": {"query": "SELECT customer, sku, stars, at FROM orders ORDER BY at"},
}


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "shop.sqlite"
    with sqlite3.connect(file) as connection:
        connection.executescript(SCRIPT)
    connection.close()
    return file


def shop(tables, url, **queries):
    chosen = {table: {"url": url} | QUERIES[table] | queries.get(table, {}) for table in QUERIES}
    return tables.declared(
        users={"sql": chosen["users"], "id": "customer"},
        items={"sql": chosen["items"], "id": "sku", "title": "name", "show": ["price"], "lists": {"tags": "|"}},
        interactions={"sql": chosen["interactions"], **EXPLICIT},
    )


def test_every_table_from_a_query(tables, database):
    declared = shop(tables, f"sqlite:///{database}")
    assert declared.format == "table"
    dataset = read_dataset(declared)
    assert records(dataset.users) == [{"customer": "c1", "country": "DE"}, {"customer": "c2", "country": None}]
    assert records(dataset.items) == [
        {"sku": 7, "name": "Lamp", "tags": ["red", "new"], "price": 2.5},
        {"sku": 2**53 + 1, "name": "1984", "tags": [], "price": None},
    ]
    assert records(interactions_frame(dataset)) == [
        {"user": "c2", "item": 2**53 + 1, "value": 4.5, "time": 100},
        {"user": "c1", "item": 7, "value": 3.0, "time": 300},
    ]
    assert dataset.item_ids.dtype == np.int64
    assert [record["sku"] for chunk in iter_items(declared) for record in chunk] == [7, 2**53 + 1]
    assert count_items(declared) is None


def test_rows_come_in_chunks(tables, database, monkeypatch):
    whole = read_dataset(shop(tables, f"sqlite:///{database}"))
    monkeypatch.setattr(sql_module, "CHUNK", 1)
    declared = shop(tables, f"sqlite:///{database}")
    in_chunks = read_dataset(declared)
    assert in_chunks.fingerprint == whole.fingerprint
    in_parts = read_interactions(declared, None, None, part=1).interactions
    assert in_parts.values.tolist() == whole.interactions.values.tolist()
    assert records(in_chunks.items) == records(whole.items)
    assert records(interactions_frame(in_chunks)) == records(interactions_frame(whole))


def test_no_digit_is_lost_where_chunks_have_other_types(tables, tmp_path, monkeypatch):
    with sqlite3.connect(tmp_path / "x.sqlite") as connection:
        connection.execute("CREATE TABLE x (u, i)")
        connection.executemany("INSERT INTO x VALUES (?, ?)", [(2**53 + 1, 1), (7.0, 1)])
    connection.close()
    monkeypatch.setattr(sql_module, "CHUNK", 1)
    sql = {"url": f"sqlite:///{tmp_path / 'x.sqlite'}", "query": "SELECT u, i FROM x"}
    dataset = read_dataset(tables.declared(interactions={"sql": sql, "user": "u", "item": "i"}))
    assert dataset.user_ids.tolist() == [7, 2**53 + 1]


def test_the_fingerprint_is_over_the_rows(tables, database, tmp_path):
    first = read_dataset(shop(tables, f"sqlite:///{database}")).fingerprint
    (tmp_path / "copy.sqlite").write_bytes(database.read_bytes())
    assert read_dataset(shop(tables, f"sqlite:///{tmp_path / 'copy.sqlite'}")).fingerprint == first
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE people SET country = 'FR' WHERE customer = 'c2'")
    connection.close()
    assert read_dataset(shop(tables, f"sqlite:///{database}")).fingerprint != first


def test_a_query_beside_a_file_and_without_the_other_tables(tables, database):
    sql = {"url": f"sqlite:///{database}", "query": "SELECT customer, sku FROM orders"}
    dataset = read_dataset(tables.declared(interactions={"sql": sql, "user": "customer", "item": "sku"}))
    assert (dataset.user_ids.tolist(), dataset.item_ids.tolist()) == (["c1", "c2"], [7, 2**53 + 1])
    users = {"path": tables.write("u.csv", "customer\nc2\nc1\n")}
    declared = tables.declared(users=users, interactions={"sql": sql, "user": "customer", "item": "sku"})
    assert read_dataset(declared).user_ids.tolist() == ["c2", "c1"]


def test_what_is_found(tables, database):
    sentence, there = check_dataset(shop(tables, f"sqlite:///{database}"))
    assert there
    assert all(f"dataset.{table}.sql" in sentence for table in QUERIES)


def test_a_relative_path_and_a_variable(tables, database, monkeypatch):
    monkeypatch.chdir(database.parent)
    monkeypatch.setenv("SHOP_DATABASE", "sqlite:///shop.sqlite")
    declared = shop(tables, "${env:SHOP_DATABASE}")
    assert declared.items.sql.url == "${env:SHOP_DATABASE}"
    assert len(read_dataset(declared).interactions) == 2


def refused(tables, url, **queries):
    with pytest.raises(DatasetError) as caught:
        read_dataset(shop(tables, url, **queries))
    return str(caught.value)


@pytest.mark.parametrize(
    ("query", "facts"),
    [
        ("SELECT * FROM nowhere", ["dataset.users.sql.query", "no such table: nowhere", "Correct the query"]),
        ("SELEC", ["dataset.users.sql.query", "syntax error"]),
        ("SELECT customer, customer FROM people", ["dataset.users.sql.query", "'customer'", "twice", "AS"]),
        ("SELECT country FROM people", ["dataset.users.sql", "dataset.users.id", "'customer'", "'country'"]),
        ("SELECT * FROM people WHERE 0", ["dataset.users.sql", "empty"]),
        ("CREATE TABLE x (y)", ["dataset.users.sql.query", "without rows", "SELECT"]),
        ("SELECT NULL AS customer", ["dataset.users.sql:1", "customer: given nothing", "an id"]),
    ],
)
def test_queries_that_give_no_table(tables, database, must_say, query, facts):
    must_say(refused(tables, f"sqlite:///{database}", users={"query": query}), *facts)


def test_a_failure_that_is_none_of_sqlalchemy_s(must_say):
    url = "mysql://shop:hunter2@db/shop"
    with pytest.raises(DatasetError) as caught, querying(SqlQuery(url=url, query="SELECT 1"), "dataset.users.sql"):
        raise sqlite3.Warning("hunter2: one statement at a time")  # as SQLite on Python 3.10 has it
    must_say(str(caught.value), "dataset.users.sql.query", "***: one statement at a time", "Correct the query")


@pytest.mark.parametrize(
    ("url", "facts"),
    [
        ("mysql://u:p@127.0.0.1:port/x", ["'mysql://***'", "cannot be opened: ValueError"]),
        ("sqlite:///no/such.sqlite", ["sql.url", "sqlite:///no/such.sqlite", "sqlite:///FILE"]),
        ("sqlite://", ["sqlite:///FILE"]),
        ("nosql://127.0.0.1/x", ["sql.url", "'nosql://127.0.0.1/x'", "SQLAlchemy", "mysql://"]),
        ("shop", ["sql.url", "'shop'", "postgresql://"]),
        ("mysql://u:p@127.0.0.1:1/x", ["'mysql://***@127.0.0.1:1/x'", "cannot be opened", "refused"]),
    ],
)
def test_databases_that_cannot_be_opened(tables, must_say, url, facts):
    for do in (read_dataset, check_dataset):
        with pytest.raises(DatasetError) as caught:
            do(shop(tables, url))
        must_say(str(caught.value), *facts)


def test_a_row_that_is_bad(tables, database, must_say):
    query = {"query": "SELECT customer, sku, stars * 2 AS stars, at FROM orders ORDER BY at"}
    message = refused(tables, f"sqlite:///{database}", interactions=query)
    must_say(message, "dataset.interactions.sql:1:", "given 9.0", "0.5 to 5", "dataset.strict")


@pytest.mark.parametrize(
    ("section", "facts"),
    [
        ({"path": "x.csv", "sql": {"url": "sqlite:///x", "query": "SELECT 1"}}, ["path and sql", "Leave one out"]),
        ({"separator": "|", "sql": {"url": "sqlite:///x", "query": "SELECT 1"}}, ["separator and sql"]),
        ({"sql": {"url": "sqlite:///x"}}, ["sql.query: missing"]),
        ({"sql": "SELECT 1"}, ["sql", "a mapping of query, url"]),
    ],
)
def test_declarations_of_queries_that_are_refused(must_say, section, facts):
    with pytest.raises(ConfigError) as caught:
        load_config(dataset={"interactions": {"user": "u", "item": "i", **section}})
    must_say(str(caught.value), "dataset.interactions", *facts)


def test_a_config_shows_no_secret_of_a_url(tables):
    declared = shop(tables, "mysql://shop:hunter2@db/shop?token=hunter2")
    config = load_config(dataset=declared.model_dump(exclude={"tables"}))
    shown = [repr(config), str(declared), dump_config(without_secrets(config)), dump_config(without_locations(config))]
    shown.append(str(shown_settings({"dataset": declared.model_dump(exclude={"tables"})})))
    assert [text for text in shown if "hunter2" in text] == []
    assert config.dataset.items.sql.url == "mysql://shop:hunter2@db/shop?token=hunter2"
    assert without_locations(config).dataset.items.sql is None


@pytest.fixture
def mariadb(mariadb_server):
    for statement in filter(str.strip, SCRIPT.replace("sku INTEGER", "sku BIGINT").split(";")):
        mariadb_server.run(statement)
    yield mariadb_server
    for table in ("people", "products", "orders"):
        mariadb_server.run(f"DROP TABLE {table}")


def test_mariadb(tables, mariadb, database, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    monkeypatch.setattr(sql_module, "CHUNK", 1)
    url = mariadb.url(user="reader", password="X").replace("X", "${env:SHOP_PASSWORD}")
    ours, theirs = read_dataset(shop(tables, url)), read_dataset(shop(tables, f"sqlite:///{database}"))
    assert records(ours.users) == records(theirs.users)
    assert records(ours.items) == records(theirs.items)
    assert records(interactions_frame(ours)) == records(interactions_frame(theirs))
    total = {"query": "SELECT customer, sku, SUM(2) AS stars, MIN(at) AS at FROM orders GROUP BY customer, sku"}
    assert read_dataset(shop(tables, url, interactions=total)).interactions.values.tolist() == [2.0, 2.0]
    check_dataset(shop(tables, url))


def test_mariadb_s_refusals_have_no_secret(tables, mariadb, must_say):
    for url, queries, facts in [
        (mariadb.url(password="wrong/narwhal"), {}, ["sql.url", "***@127.0.0.1", "does not accept"]),
        (mariadb.url(user="reader"), {"query": "SELECT * FROM mysql.user"}, ["dataset.users.sql.query", "denied"]),
        (mariadb.url(user="reader"), {"query": f"SELECT '{PASSWORD}' FROM x.y"}, ["dataset.users.sql.query"]),
    ]:
        with pytest.raises(DatasetError) as caught:
            read_dataset(shop(tables, url, users=queries))
        text = "".join(traceback.format_exception(caught.value))
        must_say(str(caught.value), *facts)
        assert "narwhal" not in text
        assert PASSWORD not in text.replace(f"SELECT '{PASSWORD}'", "")


def test_ensuring_opens_nothing(tables):
    ensure_dataset(shop(tables, "mysql://127.0.0.1:1/x"))
