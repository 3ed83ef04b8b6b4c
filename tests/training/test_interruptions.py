"""Trainings that end in the middle, without a kill: by Ctrl-C, or because the loss is not finite."""

from __future__ import annotations

import logging
import re
import shutil
import signal

import pytest

from towhee_recsys import load_bundle, train
from towhee_recsys.errors import BundleError, TrainingError
from towhee_recsys.training import checkpoint


class CtrlC(logging.Handler):
    """Presses Ctrl-C when the training says that an epoch is over."""

    def __init__(self, epoch: int):
        super().__init__()
        self.epoch = epoch

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith(f"epoch {self.epoch}:"):
            signal.raise_signal(signal.SIGINT)


@pytest.fixture
def interrupted(caplog, monkeypatch):
    """Trains until the end of an epoch, where Ctrl-C is pressed."""
    log = logging.getLogger("towhee_recsys.training.fit")
    caplog.set_level(logging.INFO, logger=log.name)

    monkeypatch.setattr(checkpoint, "WRITING_SHARE", float("inf"))  # so small a training would not write every epoch

    def interrupted(config, epoch: int, **options: bool) -> None:
        handler = CtrlC(epoch)
        log.addHandler(handler)
        try:
            with pytest.raises(KeyboardInterrupt):
                train(config, **options)
        finally:
            log.removeHandler(handler)

    return interrupted


def epochs(caplog) -> list[str]:
    """What was logged since the last call: `epoch 1`, `resuming ...`"""
    found = [record.getMessage().split(":")[0] for record in caplog.records if record.name.startswith("towhee_recsys")]
    caplog.clear()
    return found


def test_after_ctrl_c_training_resumes_and_ends_with_the_same_model(small_config, small_bundle, interrupted, caplog):
    config = small_config()
    interrupted(config, 2)
    with pytest.raises(BundleError, match="there is no trained model"):
        load_bundle(config.model.dir)
    assert epochs(caplog) == ["epoch 1"], "Ctrl-C came before the second was logged"
    resumed = train(config)
    assert epochs(caplog) == ["resuming a training that was interrupted after epoch 2", "epoch 3", "epoch 4"]
    assert resumed.model_id == small_bundle.model_id
    assert resumed.quality == small_bundle.quality


@pytest.mark.parametrize("final", [False, True])
def test_one_that_continues_a_model_resumes_as_if_it_had_not_been_interrupted(
    final, small_config, small_bundle, interrupted, caplog, tmp_path
):
    for name in ("model", "straight"):
        shutil.copytree(small_bundle.directory, tmp_path / name)
    longer = "training.continue_epochs=4"
    straight = train(small_config(longer, f"model.dir={tmp_path / 'straight'}"), warm_start=True, final=final)
    assert straight.model_id != small_bundle.model_id
    interrupted(small_config(longer), 2, warm_start=True, final=final)
    assert load_bundle(tmp_path / "model").model_id == small_bundle.model_id
    epochs(caplog)
    assert train(small_config(longer), warm_start=True, final=final).model_id == straight.model_id
    assert "resuming a training that was interrupted after epoch 2" in epochs(caplog)
    assert {path.name for path in tmp_path.iterdir()} == {"model", "straight"}


def test_one_that_continues_a_model_is_not_resumed_from_nothing(
    small_config, small_bundle, interrupted, caplog, tmp_path
):
    shutil.copytree(small_bundle.directory, tmp_path / "model")
    interrupted(small_config("training.continue_epochs=4"), 2, warm_start=True)
    epochs(caplog)
    assert train(small_config()).model_id == small_bundle.model_id
    assert epochs(caplog)[0] == "epoch 1"


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_resumed_after_any_epoch_where_steps_compute_no_text(epoch, tiny_config, interrupted, tmp_path):
    """Of eight items a step often computes no text, and Adam moves the weights by its moments alone."""
    straight = train(tiny_config(f"model.dir={tmp_path / 'straight'}"))
    interrupted(tiny_config(), epoch)
    assert train(tiny_config()).model_id == straight.model_id


def test_fresh_begins_again(small_config, small_bundle, interrupted, caplog):
    config = small_config()
    interrupted(config, 2)
    epochs(caplog)
    fresh = train(config, fresh=True)
    assert epochs(caplog) == ["epoch 1", "epoch 2", "epoch 3", "epoch 4"]
    assert fresh.model_id == small_bundle.model_id


def test_a_training_that_seldom_writes_resumes_from_what_it_wrote(small_config, small_bundle, caplog, monkeypatch):
    """Ctrl-C in the third epoch, when only the first was written: the second is done again, with the same end."""
    config, log = small_config(), logging.getLogger("towhee_recsys.training.fit")
    caplog.set_level(logging.INFO, logger=log.name)
    monkeypatch.setattr(checkpoint, "WRITING_SHARE", 0.0)
    handler = CtrlC(3)
    log.addHandler(handler)
    with pytest.raises(KeyboardInterrupt):
        train(config)
    log.removeHandler(handler)
    epochs(caplog)
    assert train(config).model_id == small_bundle.model_id
    assert epochs(caplog) == ["resuming a training that was interrupted after epoch 1", "epoch 2", "epoch 3", "epoch 4"]


@pytest.mark.parametrize("change", ["seed=1", "model.embedding_size=9", "objective=ranking", "protocol=ranking-80-20"])
def test_the_state_of_another_config_is_ignored(change, tiny_config, interrupted, caplog):
    interrupted(tiny_config(), 1)
    epochs(caplog)
    train(tiny_config(change, "training.epochs=1"))
    assert epochs(caplog) == ["epoch 1"]


def test_the_state_of_other_data_is_ignored(tiny_config, interrupted, caplog, tmp_path):
    interrupted(tiny_config(), 1)
    epochs(caplog)
    shutil.copytree(tiny_config().dataset.path, tmp_path / "other")
    with (tmp_path / "other" / "movies.dat").open("a") as items:
        items.write("9999::One More (2000)::Drama\n")
    train(tiny_config(f"dataset.path={tmp_path / 'other'}", "training.epochs=1"))
    assert epochs(caplog) == ["epoch 1"]


def test_more_epochs_resume_where_fewer_ended(tiny_config, interrupted, caplog):
    interrupted(tiny_config("training.epochs=2"), 2)
    epochs(caplog)
    train(tiny_config("training.epochs=3", "training.learning_rate=0.001"))
    assert epochs(caplog)[1:] == ["epoch 3"]


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("objective", ["rating", "ranking", "both"])
def test_a_loss_that_is_not_finite_stops_and_leaves_the_older_bundle(objective, small_config):
    older = train(small_config("training.epochs=1"))
    with pytest.raises(TrainingError) as raised:
        train(small_config("training.learning_rate=1e30", f"objective={objective}"))
    assert re.fullmatch(
        r"the loss became (nan|inf) in epoch 1, step 2\. Lower training\.learning_rate \(1e\+30\) and train again\.",
        str(raised.value),
    )
    assert load_bundle(older.directory) is older


@pytest.mark.filterwarnings("ignore:overflow")
def test_the_last_good_state_is_kept_and_can_be_resumed(small_config, small_bundle, interrupted, caplog):
    config = small_config()
    interrupted(config, 2)
    epochs(caplog)
    with pytest.raises(TrainingError) as raised:
        train(small_config("training.learning_rate=1e30"))
    assert "in epoch 3, step 2. Lower training.learning_rate (1e+30) and train again. " in str(raised.value)
    assert str(raised.value).endswith(f"The state of epoch 2 is kept in {config.model.dir}.training/checkpoint.npz.")
    epochs(caplog)
    assert train(config).model_id == small_bundle.model_id
    assert epochs(caplog)[:2] == ["resuming a training that was interrupted after epoch 2", "epoch 3"]
