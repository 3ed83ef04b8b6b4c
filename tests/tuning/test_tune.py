"""Trials: what they read, what they find, and how they resume."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from towhee_recsys import load_config, read_dataset, tune
from towhee_recsys.config import dump_config
from towhee_recsys.errors import TuningError
from towhee_recsys.protocols import make_task
from towhee_recsys.tuning import study as module
from towhee_recsys.tuning.problem import Problem, metric_of, problem_of
from towhee_recsys.tuning.space import space_of


def facts_of(found) -> list[tuple]:
    """The trials, without how long they took."""
    return [replace(each, seconds=0) for each in found.trials]


def test_the_best_settings_are_found_and_written(tuned):
    config = tuned()
    found = tune(config, trials=6)
    assert [each.number for each in found.trials] == [1, 2, 3, 4, 5, 6]
    first = found.trials[0]
    assert first.settings == {
        "training.learning_rate": config.training.learning_rate,
        "training.ranking_decay": config.training.ranking_decay,
        "model.embedding_size": 8,
    }, "the config's own come first"
    for each in found.trials:
        assert 0.003 <= each.settings["training.learning_rate"] <= 0.1
        assert each.settings["model.embedding_size"] in (6, 8)
        assert each.state == "complete" or 1 <= each.epochs < 3
    assert found.metric == "ndcg@10"
    assert found.best.value == max(each.value for each in found.trials if each.state == "complete")
    assert load_config(str(found.file)).training == found.config.training
    assert found.config.training.learning_rate == found.best.settings["training.learning_rate"]
    assert found.picture.read_bytes().startswith(b"\x89PNG")
    assert sum(found.importance.values()) == pytest.approx(1) or not found.importance
    assert {path.name for path in found.file.parent.iterdir()} == {"study.sqlite", "best.yaml", "trials.png"}
    assert not (found.file.parent.parent / "model").exists(), "no model is put into place"
    assert json.loads(json.dumps(found.to_json()))["data"]["test_part_read"] is False


@pytest.mark.parametrize("protocol", ["rating-90-10", "ranking-80-20", "cold-users"])
def test_the_test_part_changes_nothing(protocol, tuned, small_data, tmp_path):
    """Every interaction of the test part gets another rating: each trial finds the same, to the last digit."""
    config = tuned(f"protocol={protocol}")
    task = make_task(protocol, read_dataset(config.dataset), seed=config.seed, validation=0)
    tested = set(zip(task.test.users.tolist(), task.test.items.tolist(), strict=True))
    dataset = read_dataset(config.dataset)
    users = {str(key): row for row, key in enumerate(dataset.user_ids.tolist())}
    items = {str(key): row for row, key in enumerate(dataset.item_ids.tolist())}
    (folder := tmp_path / "changed").mkdir()
    for name in ("users.dat", "movies.dat"):
        (folder / name).write_bytes((small_data / name).read_bytes())
    changed = []
    for line in (small_data / "ratings.dat").read_text().splitlines():
        user, item, rating, time = line.split("::")
        other = 6 - int(rating) if int(rating) != 3 else 1
        changed.append("::".join([user, item, str(other if (users[user], items[item]) in tested else rating), time]))
    (folder / "ratings.dat").write_text("\n".join(changed) + "\n")
    other = load_config(config.with_model_dir(tmp_path / "other"), **{"dataset.path": str(folder)})
    assert read_dataset(other.dataset).fingerprint != dataset.fingerprint
    assert len(tested) == sum(
        a != b for a, b in zip(changed, (small_data / "ratings.dat").read_text().splitlines(), strict=True)
    )
    assert problem_of(config, dataset).key == problem_of(other, read_dataset(other.dataset)).key
    assert facts_of(tune(config, trials=3)) == facts_of(tune(other, trials=3))


def test_no_trial_is_given_a_test_part(tuned):
    config = tuned()
    dataset = read_dataset(config.dataset)
    task = make_task(config.protocol, dataset, seed=config.seed, validation=config.tune.validation)
    problem = problem_of(config, dataset)
    given = [(part.users, part.items) for part in (problem.examples.training, problem.examples.validation)]
    pairs = {pair for part in given for pair in zip(*(each.tolist() for each in part), strict=True)}
    assert len(pairs) == len(task.train) + len(task.validation)
    assert not pairs & set(zip(task.test.users.tolist(), task.test.items.tolist(), strict=True))
    assert {*Problem.__dataclass_fields__} == {"examples", "feedback", "metric", "teachers"}


def test_a_run_that_was_stopped_goes_on_with_the_same_trials(tuned, tmp_path):
    straight = tune(tuned(f"model.dir={tmp_path / 'straight'}"), trials=5)
    parts = [tune(tuned(), trials=number) for number in (1, 3, 3, 5)]
    assert [len(part.trials) for part in parts] == [1, 3, 3, 5]
    assert facts_of(parts[-1]) == facts_of(straight)
    assert facts_of(parts[1]) == facts_of(straight)[:3]
    assert parts[-1].file.read_text() == straight.file.read_text().replace("straight", "model")


def test_killed_in_a_trial_it_goes_on_with_the_same_trials(tuned, tmp_path):
    straight = tune(tuned(f"model.dir={tmp_path / 'straight'}"), trials=3)
    for epoch in (1, 4, 5):  # of all epochs
        child = os.fork()
        if not child:
            os.close(1), os.close(2)
            seen = iter(range(1, 100))
            train = Problem.train

            def killed(problem, config, report, train=train, seen=seen, epoch=epoch):
                def counted(number, value):
                    if next(seen) == epoch:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return report(number, value)

                return train(problem, config, counted)

            Problem.train = killed
            try:
                tune(tuned(), trials=3, progress=False)
            finally:
                os._exit(1)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert facts_of(tune(tuned(), trials=3)) == facts_of(straight)


def test_ctrl_c_keeps_what_is_done_and_writes_the_best_so_far(tuned, monkeypatch):
    run_trial = module.Study.run_trial

    def interrupted(study):
        if len(study.trials) == 2:
            raise KeyboardInterrupt
        return run_trial(study)

    with monkeypatch.context() as patch:
        patch.setattr(module.Study, "run_trial", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tune(tuned(), trials=4)
    folder = tuned().model.dir + ".tuning"
    assert load_config(f"{folder}/best.yaml").training.epochs == 3
    assert os.path.isfile(f"{folder}/trials.png")
    assert not os.path.exists(f"{folder}/lock")
    assert len(tune(tuned(), trials=4).trials) == 4


def test_another_space_seed_or_dataset_starts_another_study(tuned):
    assert len(tune(tuned(), trials=2).trials) == 2
    for other in (
        "tune.space.training.temperature=[0.1, 0.2]",
        "seed=1",
        "training.batch_size=20",
        "tune.validation=0.3",
    ):
        assert len(tune(tuned(other), trials=1).trials) == 1, other
    assert len(tune(tuned(), trials=1).trials) == 2, "the first is still there"
    assert len(tune(tuned(), trials=1, fresh=True).trials) == 1


def test_a_timeout_ends_it_before_the_next_trial(tuned):
    assert [len(tune(tuned(), trials=50, timeout=1e-6).trials) for _ in range(2)] == [1, 2]


def test_trials_that_lag_behind_are_pruned(tuned):
    config = tuned("training.epochs=6", "tune.space.training.learning_rate=[0.01, 1.0e-7]")
    found = tune(config, trials=12)
    pruned = [each for each in found.trials if each.state == "pruned"]
    assert pruned
    assert all(2 <= each.epochs < 6 for each in pruned), "each has a fifth of its epochs in any case"
    assert max(each.value for each in pruned) < found.best.value


def test_a_training_that_fails_is_a_trial_that_failed(tuned):
    broken = "tune.space.training.learning_rate=[0.01, 1.0e+30]"
    found = tune(tuned(broken), trials=5)
    failed = [each for each in found.trials if each.state == "failed"]
    assert failed
    assert all("became" in each.error and each.value is None for each in failed)
    with pytest.raises(TuningError, match=r"none of 2 trials .* became .* narrower tune.space"):
        tune(tuned("tune.space.training.learning_rate=[1.0e+30]"), trials=2)


def test_patience_keeps_the_best_epoch(tuned):
    found = tune(tuned("training.patience=2", "tune.metric=rmse"), trials=2)
    assert found.metric == "rmse"
    assert found.best.value == min(each.value for each in found.trials if each.state == "complete")


def test_a_metric_that_cannot_be_measured(tuned):
    config = tuned("dataset.interactions.liked=5", "tune.validation=0.0001")
    dataset = read_dataset(config.dataset)
    examples = problem_of(config, dataset).examples
    nothing = replace(examples, validation=examples.validation.take(examples.validation.values > 9))
    with pytest.raises(TuningError, match=r"ndcg@10 cannot be measured: .* Raise tune.validation"):
        replace(problem_of(config, dataset), examples=nothing).train(config, lambda *_: True)


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ({"trials": 0}, "trials takes a whole number above 0"),
        ({"trials": 1.5}, "trials takes a whole number above 0, not 1.5"),
        ({"trials": "2"}, "trials takes a whole number above 0, not '2'"),
        ({"timeout": -1}, "timeout takes a number above 0"),
        ({"timeout": "2"}, "timeout takes a number above 0, not '2'"),
        ({"output": "no/such/best.yaml"}, "best.yaml cannot be written"),
    ],
)
def test_options_that_are_refused(options, fact, tuned):
    with pytest.raises(TuningError) as caught:
        tune(tuned(), **options)
    assert fact in str(caught.value)


def test_a_damaged_file_is_refused_and_replaced_by_fresh(tuned):
    folder = tune(tuned(), trials=1).file.parent
    (folder / "study.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(TuningError, match=r"study.sqlite cannot be read or written: .*--fresh"):
        tune(tuned(), trials=2)
    assert len(tune(tuned(), trials=1, fresh=True).trials) == 1


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE trial_params",
        "DELETE FROM trial_user_attributes",
        "UPDATE alembic_version SET version_num = 'other'",
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused(change, tuned):
    file = tune(tuned(), trials=1).file.parent / "study.sqlite"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(change)
    with pytest.raises(TuningError, match=r"study.sqlite cannot be read or written: .*--fresh"):
        tune(tuned(), trials=2)


def test_a_file_that_fails_during_a_trial(tuned, monkeypatch):
    config, train = tuned(), Problem.train

    def failing(problem, given, report):
        with closing(sqlite3.connect(f"{config.model.dir}.tuning/study.sqlite")) as database, database:
            database.execute("DROP TABLE trial_intermediate_values")
        return train(problem, given, report)

    monkeypatch.setattr(Problem, "train", failing)
    with pytest.raises(TuningError, match=r"study.sqlite cannot be read or written: no such table"):
        tune(config, trials=1)


def test_a_plot_that_cannot_be_written_is_named(tuned):
    config = tuned()
    os.makedirs(f"{config.model.dir}.tuning/trials.png")
    with pytest.raises(TuningError, match=r"the plot \S+trials.png cannot be written: it is a folder"):
        tune(config, trials=1)


def test_the_config_that_is_tuned_is_not_replaced(tuned, tmp_path, monkeypatch):
    """The best config extends it: it would extend itself."""
    (tmp_path / "base.yaml").write_text(dump_config(tuned()), encoding="utf-8")
    (tmp_path / "own.yaml").write_text("extends: base.yaml\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for output in ("own.yaml", str(tmp_path / "base.yaml")):
        before = Path(output).read_bytes()
        with pytest.raises(TuningError, match=r"cannot be written to .*, since it extends that file"):
            tune("own.yaml", trials=1, output=output)
        assert Path(output).read_bytes() == before
    best = tune("own.yaml", trials=1).file
    with pytest.raises(TuningError, match=r"best.yaml, since it extends that file"):
        tune(str(best), trials=1)


def test_times_are_a_part_of_the_problem_where_weights_decay(tuned):
    config = tuned()
    problem = problem_of(config, read_dataset(config.dataset))
    later = replace(problem.examples.training, times=problem.examples.training.times + 1)
    other = replace(problem, examples=replace(problem.examples, training=later))
    assert problem.key == other.key
    decaying = replace(problem.feedback, half_life=60.0)
    assert replace(problem, feedback=decaying).key != replace(other, feedback=decaying).key


def test_one_process_at_a_time(tuned, monkeypatch):
    config, train = tuned(), Problem.train

    def nested(problem, given, report):
        with pytest.raises(TuningError, match="another process is tuning in"):
            tune(config, trials=1)
        return train(problem, given, report)

    monkeypatch.setattr(Problem, "train", nested)
    assert len(tune(config, trials=1).trials) == 1


def test_without_optuna_it_says_what_to_install(tuned, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(TuningError, match=r"needs optuna.*pip install 'towhee_recsys\[tune\]'"):
        tune(tuned(), trials=1)


@pytest.mark.parametrize(
    ("objective", "metric", "names"),
    [
        ("rating", "rmse", {"learning_rate", "item_decay", "rating_decay"}),
        ("ranking", "ndcg@10", {"learning_rate", "item_decay", "ranking_decay", "temperature"}),
        ("both", "ndcg@10", {"learning_rate", "item_decay", "ranking_decay", "temperature", "rating_decay"}),
    ],
)
def test_the_default_space_is_that_of_the_objective(objective, metric, names):
    config = load_config("sample", objective=objective, **{"training.item_decay": 0})
    space = {each.name.removeprefix("training."): each for each in space_of(config)}
    assert {*space} == names
    assert metric_of(config) == metric
    rate = space["learning_rate"]
    assert (rate.low, rate.high, rate.log) == (0.005 / 4, 0.005 * 4, True)
    assert (space["item_decay"].low, space["item_decay"].high) == (0.001, 1)
