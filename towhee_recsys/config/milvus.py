"""The settings of Milvus: where the item vectors live, the credentials, and how they are searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from towhee_recsys.support.section import SECRET, URL, Section

if TYPE_CHECKING:
    from typing_extensions import Self

LITE_TYPES = ("FLAT", "IVF_FLAT", "AUTOINDEX")
"""The types of index that a Milvus Lite file has."""

DATASET = "<dataset.name>"
"""What stands in default locations for the dataset's name, so that recommenders in one working folder keep apart."""

_ONE_PLACE = "one process, one copy and one partition"

_LITE_HAS = f"{', '.join(LITE_TYPES[:-1])} and {LITE_TYPES[-1]}"


class TlsConfig(Section):
    """How a server reached by https:// is verified, and how the client identifies itself to it."""

    ca_file: str | None = Field(
        default=None, min_length=1, description="PEM certificates to trust; left out: the system's"
    )
    cert_file: str | None = Field(
        default=None, min_length=1, description="the client's PEM certificate, where the server requires one"
    )
    key_file: str | None = Field(default=None, min_length=1, description="the PEM key of cert_file")
    server_name: str | None = Field(
        default=None, min_length=1, description="the name in the server's certificate, when it is not that of the uri"
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        own = [self.cert_file, self.key_file]
        if any(own) and not (all(own) and self.ca_file):
            raise ValueError("cert_file and key_file go together, and with ca_file; give all three or leave out both")
        return self


class AccessConfig(Section):
    """How to reach the Milvus server: credentials, TLS and the time limit of a call."""

    token: Annotated[str | None, SECRET] = Field(
        default=None, min_length=1, description="an API key, or user:password; write it as ${env:NAME}"
    )
    user: Annotated[str | None, SECRET] = Field(
        default=None, min_length=1, description="a user's name, instead of a token"
    )
    password: Annotated[str | None, SECRET] = Field(
        default=None, min_length=1, description="the user's password; write it as ${env:NAME}"
    )
    tls: TlsConfig = TlsConfig()
    timeout: float = Field(default=30.0, gt=0, le=3600, description="seconds that one call may take")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together; give both or a token")
        if self.token and self.user:
            raise ValueError("give a token or user and password, not both")
        return self


class FlatIndex(Section):
    """Every row is compared: exact, and fast up to some twenty thousand rows."""

    type: Literal["FLAT"] = "FLAT"


class AutoIndex(Section):
    """Milvus chooses the type."""

    type: Literal["AUTOINDEX"] = "AUTOINDEX"


class _Clusters(Section):
    nlist: int = Field(default=128, ge=1, le=65536, description="clusters that the rows are put into")
    nprobe: int | None = Field(
        default=None, ge=1, le=65536, description="clusters that a search reads, at most nlist; left out: 16"
    )

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        if self.nprobe is not None and self.nprobe > self.nlist:
            raise ValueError(f"nprobe {self.nprobe} is above nlist {self.nlist}: a search reads at most all clusters")
        return self


class IvfFlatIndex(_Clusters):
    """Rows in clusters; a search reads the nearest of them."""

    type: Literal["IVF_FLAT"] = "IVF_FLAT"


class IvfSq8Index(_Clusters):
    """As IVF_FLAT, with one byte for each number: a quarter of the memory, and less exact."""

    type: Literal["IVF_SQ8"] = "IVF_SQ8"


class HnswIndex(Section):
    """A graph of neighbours: fast and nearly exact for millions of rows, and it takes long to build."""

    type: Literal["HNSW"] = "HNSW"
    M: int = Field(default=16, ge=4, le=64, description="neighbours of each row")
    efConstruction: int = Field(default=200, ge=8, le=512, description="rows looked at to find them")  # noqa: N815
    ef: int = Field(default=64, ge=1, le=32768, description="rows that a search looks at, or more when more are wanted")


IndexType = Annotated[
    FlatIndex | IvfFlatIndex | IvfSq8Index | HnswIndex | AutoIndex,
    Field(discriminator="type", description="how the vectors are searched"),
]


Consistency = Literal["Strong", "Bounded", "Session", "Eventually"]
"""What a search sees of other processes' writes, by Milvus' names."""


class ServerConfig(Section):
    """How a server stores and loads each new build; a Milvus Lite file has none of it."""

    shards: int = Field(default=1, ge=1, le=64, description="parts that writes are spread over, by the items' ids")
    replicas: int = Field(
        default=1, ge=1, le=64, description="copies in memory that share the searches, each on query nodes of its own"
    )
    partition_key: str | None = Field(
        default=None,
        min_length=1,
        description="the filter column, of texts, by which items are partitioned, such as the tenant: a search that "
        "filters by its value reads that partition alone",
    )
    consistency: Consistency = Field(
        default="Session",
        description="what a search sees: Strong all writes, Bounded those of some seconds ago, Session what its own "
        "process wrote, Eventually what has arrived",
    )
    mmap: bool = Field(
        default=False, description="whether the data are mapped from disk into memory instead of read into it"
    )


class MilvusConfig(Section):
    """Where the item vectors live."""

    uri: Annotated[str, URL] = Field(
        default=f"artifacts/{DATASET}/items.db",
        min_length=1,
        description="a file ending in .db is Milvus Lite; http(s)://host:port is a server, a cluster or a managed one",
    )
    collection: str = Field(
        default="items",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$",
        description="a name of letters, digits and _, at most 100 and no digit first",
    )
    access: AccessConfig = AccessConfig()
    index: IndexType = FlatIndex()
    server: ServerConfig = ServerConfig()
    recall: float | None = Field(
        default=None,
        ge=0.5,
        le=1,
        description="share of the exact ten nearest items that searches find: `index` measures it and widens searches "
        "until it holds; left out: not measured",
    )

    @model_validator(mode="after")
    def _has_the_given_settings(self) -> Self:
        if self._is_file and (why := lite_lacks(self.access, self.index, self.server)):
            raise ValueError(why)
        return self

    @model_validator(mode="after")
    def _recall_can_be_kept(self) -> Self:
        if self.recall is None or isinstance(self.index, FlatIndex):  # which finds all
            return self
        if isinstance(self.index, AutoIndex):
            raise ValueError(
                "recall needs index.type HNSW, IVF_FLAT or IVF_SQ8, whose searches can be widened, or FLAT, which is "
                "exact; with AUTOINDEX leave it out"
            )
        if self._is_file:
            raise ValueError(
                f"recall needs a server with index.type {self.index.type}: the searches of a Milvus Lite file, a uri "
                "that ends in .db, cannot be widened; take index.type FLAT, which is exact, or leave recall out"
            )
        return self

    @property
    def _is_file(self) -> bool:
        """Whether the uri is known to be a file: a reference or a variable may be anything."""
        return "${" not in self.uri and "://" not in self.uri


def lite_lacks(access: AccessConfig, index: IndexType, server: ServerConfig | None = None) -> str | None:
    """The setting that a Milvus Lite file does not support, in words for a message; None if it supports all."""
    if server and (given := given_options(server)):
        return f"{given} is for servers; a Milvus Lite file, a uri that ends in .db, has {_ONE_PLACE}; leave it out"
    if index.type not in LITE_TYPES:
        return f"index.type {index.type} needs a server; a Milvus Lite file, a uri that ends in .db, has {_LITE_HAS}"
    if isinstance(index, IvfFlatIndex) and index.nprobe is not None:
        return "index.nprobe has no effect in a Milvus Lite file, a uri that ends in .db; leave it out"
    if access.token or access.user or access.tls != TlsConfig():
        return "access.token, user, password and tls are for servers; for a Milvus Lite file leave them out"
    return None


def given_options(server: ServerConfig) -> str:
    """The settings of `server` that are not the defaults, as `server.shards 2, server.mmap true`; empty without any."""
    given = server.model_dump(exclude_defaults=True).items()
    return ", ".join(f"server.{name} {str(value).lower() if value is True else value}" for name, value in given)
