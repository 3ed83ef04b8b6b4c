"""A table as the result of a query."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from towhee_recsys.support.section import URL, Section


class SqlQuery(Section):
    """A query to a database."""

    url: Annotated[str, URL] = Field(
        min_length=1,
        description="the URL of the database for SQLAlchemy: sqlite:///FILE, mysql://USER:PASSWORD@HOST/DATABASE or "
        "postgresql://USER:PASSWORD@HOST/DATABASE; a password is best ${env:NAME}",
    )
    query: str = Field(
        min_length=1,
        description="the query, such as SELECT ... ORDER BY id; the table is read in the order of its rows",
    )
