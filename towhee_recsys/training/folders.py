"""The folders of trainings."""

from __future__ import annotations

from pathlib import Path

from towhee_recsys.config import Config


def work_dir(model_dir: str | Path) -> Path:
    """The folder of an unfinished training: `<model_dir>.training`."""
    folder = Path(model_dir).resolve()
    return folder.with_name(f"{folder.name}.training")


def shared_file(model_dir: str | Path) -> Path:
    """The file of the arrays that the workers of a training share."""
    return work_dir(model_dir) / "shared"


def for_validation(config: Config) -> Config:
    """`config` with the model.dir `<model.dir>.<protocol>-<seed>`, for a model that is measured but does not serve."""
    folder = Path(config.model.dir).resolve()
    return config.with_model_dir(folder.with_name(f"{folder.name}.{config.protocol}-{config.seed}"))
