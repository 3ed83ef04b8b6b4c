"""Every setting of a recommender, with its type, range and default: the one place where they are named."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from towhee_recsys.config.features import Features
from towhee_recsys.config.movielens import MOVIELENS


class Section(BaseModel):
    """A group of settings: frozen, and closed to names that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, protected_namespaces=())


class DatasetConfig(Section):
    """Where users, movies and ratings come from."""

    name: str = Field("ml-1m", min_length=1, description="ml-1m, sample, or a name of yours for files in MovieLens' format")
    path: str | None = Field(None, description="the folder with movies.dat, users.dat and ratings.dat")
    download: bool = Field(False, description="fetch ml-1m into the cache folder when no path is given")
    strict: bool | None = Field(
        None, description="stop at the first bad line; left out: true for ml-1m and sample, false for own files"
    )
    max_bad_share: float = Field(0.01, ge=0, le=1, description="lenient reading stops above this share of bad lines")
    encoding: Literal["latin-1", "utf-8"] = "latin-1"
    rating_scale: tuple[float, float] = Field((1.0, 5.0), description="the lowest and the highest rating")

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("rating_scale"), list):
            return given | {"rating_scale": tuple(given["rating_scale"])}
        return given

    @model_validator(mode="after")
    def _ordered(self) -> DatasetConfig:
        if not self.rating_scale[0] < self.rating_scale[1]:
            raise ValueError("rating_scale takes [lowest, highest] with lowest < highest")
        return self


class RatingMap(Section):
    """The map between a cosine and stars that training uses: `stars = slope * cosine + intercept`, invertible."""

    slope: float = Field(2.0, gt=0)
    intercept: float = 3.0


class ModelConfig(Section):
    """The fusion model."""

    dir: str = Field("artifacts/model", min_length=1, description="the folder of the bundle")
    embedding_size: int = Field(256, ge=2, le=32768, description="the length of user and movie vectors")
    rating_map: RatingMap = RatingMap()


class TrainingConfig(Section):
    """How the model is trained. A batch is a block of users with all their ratings."""

    epochs: int = Field(30, ge=1)
    batch_size: int = Field(512, ge=1, description="users a step, each with all its training ratings")
    learning_rate: float = Field(0.002, gt=0)
    weight_decay: float = Field(0.0, ge=0)
    unknown_rate: float = Field(0.1, ge=0, lt=1, description="share of known values hidden, to train the unknown's row")
    patience: int = Field(3, ge=1, description="epochs without a better validation RMSE before training stops")
    validation: float = Field(0.05, gt=0, lt=1, description="share of all ratings")
    test: float = Field(0.1, gt=0, lt=1, description="share of all ratings")
    device: Literal["auto", "cpu", "gpu"] = "auto"

    @model_validator(mode="after")
    def _something_to_train_on(self) -> TrainingConfig:
        if self.validation + self.test >= 1:
            raise ValueError("validation and test are shares of all ratings: together they must stay below 1")
        return self


class MilvusConfig(Section):
    """Where the movie vectors live."""

    uri: str = Field("artifacts/movies.db", min_length=1, description="a file ending in .db is Milvus Lite")
    collection: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] = "movies"


class Config(Section):
    """A whole recommender."""

    version: Literal[1] = 1
    dataset: DatasetConfig = DatasetConfig()
    features: Features = MOVIELENS
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    milvus: MilvusConfig = MilvusConfig()
    catalogue: str = Field("sqlite:///artifacts/movies.sqlite", min_length=1, description="sqlite:///FILE")
    top_k: int = Field(10, ge=1, le=16384)
    seed: int = Field(42, ge=0, lt=2**32)
    unknown_user: Literal["error", "general"] = Field(
        "error", description="for an unknown user_id with no other field: stop, or give the general list"
    )
