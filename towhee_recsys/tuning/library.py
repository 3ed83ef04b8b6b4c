"""Optuna, which the extra `tune` installs."""

from __future__ import annotations

from types import ModuleType

from towhee_recsys.errors import TuningError


def optuna() -> ModuleType:
    """The module `optuna`, which logs nothing below warnings.

    Raises:
        TuningError: it is not installed, or cannot be loaded here.
    """
    try:
        import optuna
    except ImportError as error:
        raise TuningError(
            f"tuning needs optuna, which cannot be imported ({error}): pip install 'towhee_recsys[tune]'."
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
