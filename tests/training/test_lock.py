from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from towhee_recsys import train
from towhee_recsys.errors import TrainingError
from towhee_recsys.training.folders import work_dir
from towhee_recsys.training.lock import training_lock

HOLD = """
import sys, time
from towhee_recsys.training.lock import training_lock
with training_lock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_training_into_one_folder_is_refused(tmp_path):
    model = str(tmp_path / "model")
    with subprocess.Popen([sys.executable, "-c", HOLD, model], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(TrainingError, match=r"another training into .*model is running"),
            training_lock(model),
        ):
            pass
        other.kill()
    with training_lock(model):  # the lock of a killed one is free
        pass


def test_two_threads_are_two_trainings(tmp_path):
    model, held, done = str(tmp_path / "model"), threading.Event(), threading.Event()

    def hold():
        with training_lock(model):
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    with pytest.raises(TrainingError, match="is running"), training_lock(model):
        pass
    done.set()
    thread.join()


def test_nothing_stays_behind_when_it_is_over(tmp_path):
    with training_lock(str(tmp_path / "model")):
        assert work_dir(str(tmp_path / "model")).is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_is_left_alone(small_config, tmp_path):
    (tmp_path / "model").mkdir()
    thesis = tmp_path / "model" / "thesis.txt"
    thesis.write_text("years of work", encoding="utf-8")
    with pytest.raises(TrainingError, match="holds other things than a model; training would replace them"):
        train(small_config("training.epochs=1"))
    assert thesis.read_text(encoding="utf-8") == "years of work"


def test_a_file_is_no_folder(small_config, tmp_path):
    (tmp_path / "model").write_text("", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"is a file\. Name a folder"):
        train(small_config("training.epochs=1"))


def test_a_folder_that_cannot_be_written_is_refused_before_any_training(small_config, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(TrainingError, match="cannot be written"):
        train(small_config("training.epochs=1", f"model.dir={tmp_path / 'file' / 'model'}"))


def test_a_full_disk_is_a_training_error(small_config, tmp_path):
    with pytest.raises(TrainingError, match="No space left on device"), training_lock(str(tmp_path / "model")):
        raise OSError(28, "No space left on device")
