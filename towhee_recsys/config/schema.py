"""The whole config: the sections of model and training, and all others put together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from towhee_recsys.config.dataset import DataSchema
from towhee_recsys.config.features import Features
from towhee_recsys.config.milvus import DATASET, MilvusConfig
from towhee_recsys.config.objectives import Objective
from towhee_recsys.config.requests import RequestsConfig
from towhee_recsys.config.serving import ServeConfig
from towhee_recsys.config.tuning import TuneConfig
from towhee_recsys.support.section import URL, Section


class RatingMap(Section):
    """The map between a cosine and a rating that training uses: `rating = slope * cosine + intercept`."""

    slope: float | None = Field(
        default=None, gt=0, description="rating points between the cosines 0 and 1; left out: 1.5 times the scale"
    )
    intercept: float | None = Field(default=None, description="the rating of cosine 0; left out: the mean rating")


class ModelConfig(Section):
    """The fusion model."""

    dir: str = Field(default=f"artifacts/{DATASET}/model", min_length=1, description="the folder of the bundle")
    tower: Literal["sum", "joined"] = Field(
        default="sum", description="how a tower puts its features together; joined is the article's"
    )
    embedding_size: int = Field(default=256, ge=4, le=32768, description="the length of user and item vectors")
    rating_map: RatingMap = RatingMap()

    @field_validator("dir")
    @classmethod
    def _not_the_root(cls, given: str) -> str:
        if "\0" not in given and not Path(os.path.abspath(given)).name:
            raise ValueError(f"{given} is the root of the file system; name a folder for the model")
        return given


class TeacherConfig(Section):
    """The model of ratings that the towers learn from, besides the ratings: it is fitted to the training part first."""

    kind: Literal["bayesian"] = Field(default="bayesian", description="matrix factorisation by variational Bayes")
    rank: int = Field(default=32, ge=1, le=1024, description="numbers of a user and of an item")
    iterations: int = Field(default=12, ge=1, description="times that all users and items are fitted")
    svd_rank: int = Field(
        default=64,
        ge=0,
        le=1024,
        description="numbers that describe who has rated what, for a user and for an item",
    )
    weight: float = Field(
        default=0.9, gt=0, lt=1, description="share of the squared error that is against the teacher's ratings"
    )


def _or_none(schema: dict[str, Any]) -> None:
    """Lets the JSON Schema of a section that may be null accept the text none, too."""
    schema["anyOf"].insert(1, {"enum": ["none"]})


class TrainingConfig(Section):
    """How the model is trained. A step reads a block of users with all their interactions."""

    epochs: int = Field(default=30, ge=1, description="passes over the training interactions")
    batch_size: int = Field(default=512, ge=1, description="users a step, each with all its training interactions")
    learning_rate: float = Field(default=0.02, gt=0, description="the highest step of the optimiser (Adam)")
    warmup_steps: int = Field(default=20, ge=0, description="steps up to the highest; from there a cosine falls to 0")
    unknown_rate: float = Field(
        default=0.1, ge=0, lt=1, description="share of known categories hidden, to train the unknown's row"
    )
    temperature: float = Field(default=0.14, gt=0, description="ranking: cosines are divided by it before the softmax")
    preference: list[Annotated[float, Field(ge=0)]] = Field(
        default=[0, 0, 0.3, 1, 1.3],
        min_length=2,
        description="ranking: how much a rating shows liking, at equal steps of the rating scale, lowest first",
    )
    seen_share: list[Annotated[float, Field(ge=0, le=1)]] = Field(
        default=[0.3],
        min_length=1,
        description="ranking: how much a user's other items count in the softmax of one, at equal steps of the rating "
        "scale, lowest first; of implicit feedback the last one; 1 is the plain softmax",
    )
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="ranking: share of the targets that all items get, by their popularity"
    )
    sampled_items: int = Field(
        default=20_000, ge=1, description="ranking: of a larger catalogue, a step scores this many items"
    )
    ranking_decay: float = Field(default=0.02, ge=0, description="ranking: how strongly users' ids are pulled to 0")
    rating_decay: float = Field(default=0.3, ge=0, description="rating: how strongly users' ids are pulled to 0")
    item_decay: float = Field(default=0.1, ge=0, description="how strongly items' ids and texts are pulled to 0")
    rating_weight: float = Field(default=1.0, gt=0, description="both: how much the squared error counts")
    teacher: TeacherConfig | None = Field(
        default=TeacherConfig(),
        description="rating: the model of ratings that the towers learn from, too; none for the ratings alone",
        json_schema_extra=_or_none,
    )
    # These shares were chosen on validation data of MovieLens 1M, by `python -m benchmarks continued --choose`.
    continue_epochs: int | None = Field(
        default=None, ge=1, description="epochs of a training that continues a model; left out: a quarter of epochs"
    )
    continue_learning_rate: float | None = Field(
        default=None, gt=0, description="its learning rate; left out: a third of learning_rate"
    )
    patience: int | None = Field(
        default=None,
        ge=1,
        description="epochs without a better one before training stops, and the best is kept; left out: the last",
    )
    validation: float = Field(
        default=0.05,
        ge=0,
        lt=1,
        description="share of the training part that is held out to follow the training, and to fit the calibration on",
    )
    device: Literal["auto", "cpu", "gpu"] = Field(
        default="auto", description="auto takes a GPU if PaddlePaddle finds one"
    )

    @field_validator("teacher", mode="before")
    @classmethod
    def _none(cls, given: Any) -> Any:
        return None if given == "none" else given

    @property
    def ratings_share(self) -> float:
        """The share of the squared error that is against the ratings themselves."""
        return 1 - self.teacher.weight if self.teacher else 1.0


ProtocolName = Literal[
    "rating-90-10",
    "ranking-80-20",
    "random-811-r3",
    "leave-last-out",
    "temporal",
    "cold-users",
    "cold-items",
    "pre-split",
]


class Config(Section):
    """A whole recommender."""

    version: int = Field(default=1, ge=1, le=1, description="the version of this format")
    dataset: DataSchema = DataSchema()
    objective: Objective = Field(
        default="auto",
        description="rating predicts ratings, ranking orders the catalogue, both learns one for each; auto is both "
        "where the dataset has ratings, else ranking",
    )
    protocol: ProtocolName = Field(
        default="rating-90-10", description="how interactions are split into those to train on and those to test on"
    )
    features: Features = Features()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    tune: TuneConfig = TuneConfig()
    milvus: MilvusConfig = MilvusConfig()
    catalogue: Annotated[str, URL] = Field(
        default=f"sqlite:///artifacts/{DATASET}/items.sqlite",
        min_length=1,
        description="sqlite:///FILE, redis://HOST:PORT/NUMBER or mysql://HOST:PORT/DATABASE",
    )
    follow: bool = Field(
        default=True, description="whether a running pipeline changes over to a model that is published meanwhile"
    )
    history: Annotated[str | None, URL] = Field(
        default=None,
        min_length=1,
        description="where each user's items are kept, to be left out of recommendations: a URL as for catalogue; left "
        "out: the same store as the catalogue",
    )
    feedback: Annotated[str | None, URL] = Field(
        default=None,
        min_length=1,
        description="where users' interactions since the training and hidden items are kept: a URL as for catalogue; "
        "left out: the same store as the history",
    )
    include_seen: bool = Field(
        default=False, description="whether a user may be recommended items that the user has interacted with"
    )
    top_k: int = Field(default=10, ge=1, le=16384, description="how many items are recommended")
    requests: RequestsConfig = RequestsConfig()
    seed: int = Field(
        default=42, ge=0, le=2**32 - 1, description="fixes the split, the first weights and the shuffling"
    )
    require: dict[str, str] = Field(
        default={},
        description='what `run` demands of the model, such as {"ndcg@10": ">= 1.05 * popularity", "rmse": "<= 0.86"}',
    )
    unknown_user: Literal["error", "general"] = Field(
        default="error", description="for an unknown id with no other field: stop, or give the most popular items"
    )

    serve: ServeConfig = ServeConfig()

    def with_model_dir(self, folder: str | Path) -> Config:
        """The same config with another folder as its model.dir."""
        return self.model_copy(update={"model": self.model.model_copy(update={"dir": str(folder)})})

    @property
    def history_url(self) -> str:
        """The URL of the history: that of `history`, else of the catalogue."""
        return self.history or self.catalogue

    @property
    def feedback_url(self) -> str:
        """The URL of the feedback: that of `feedback`, else of the history."""
        return self.feedback or self.history_url
