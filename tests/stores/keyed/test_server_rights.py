"""What a server refuses, or holds already."""

from __future__ import annotations

import pytest

from tests.stores.keyed.stores import MariadbStore, RedisStore
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue import open_catalogue

FACTS = {"sku": "x-1", "name": "Lamp", "price": 2.5, "tags": ["new"]}
ITEM = ("x-1", FACTS)


def test_an_account_that_may_only_read_reads(mariadb_server):
    writer = open_catalogue(MariadbStore(mariadb_server).url)
    reader = open_catalogue(mariadb_server.url(user="reader"))
    assert reader.get(["x-1"], "m__1") == [None]
    writer.write([ITEM], "m__1")
    assert reader.get(["x-1"], "m__1") == [FACTS]
    with pytest.raises(
        StoreError, match=r"cannot be written: INSERT, DELETE command denied .*\. Fix that at the server"
    ):
        reader.write([ITEM], "m__2")


@pytest.mark.parametrize("database", ["none", "mysql"])
def test_a_database_that_is_not_there_or_not_for_us(mariadb_server, database):
    with pytest.raises(StoreError, match="does not accept the user or the password"):
        open_catalogue(mariadb_server.url(database=database))


def test_a_table_of_somebody_else_s_stays_as_it_is(mariadb_server):
    catalogue = open_catalogue(MariadbStore(mariadb_server).url)
    mariadb_server.run("CREATE TABLE towhee_recsys_facts (title TEXT)")
    with pytest.raises(StoreError, match="cannot be written: Unknown column 'version'"):
        catalogue.write([ITEM], "m__1")
    assert mariadb_server.run("SELECT * FROM towhee_recsys_facts") == []
    mariadb_server.run("DROP TABLE towhee_recsys_facts")  # other tests take the tables that they find


def test_a_key_of_somebody_else_s_stays_as_it_is(redis_server):
    catalogue = open_catalogue(RedisStore(redis_server).url)
    redis_server.admin().set("towhee_recsys:facts:m__1", "theirs")
    with pytest.raises(StoreError, match=r"cannot be read: WRONGTYPE .*\. Fix that at the server, or name another"):
        catalogue.get([1], "m__1")
    with pytest.raises(StoreError, match=r"cannot be written: .*WRONGTYPE"):
        catalogue.write([ITEM], "m__1")
    assert redis_server.admin().get("towhee_recsys:facts:m__1") == b"theirs"


def test_a_server_without_room_says_so(redis_server):
    catalogue, admin = open_catalogue(RedisStore(redis_server).url), redis_server.admin()
    admin.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreError, match=r"cannot be written: .*used memory"):
            catalogue.write([ITEM], "m__1")
    finally:
        admin.config_set("maxmemory", "0")
