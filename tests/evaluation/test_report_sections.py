"""What the sections of the report say, against the same counted by hand."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.evaluation.baselines import BASELINES
from towhee_recsys.evaluation.evaluate import MODEL
from towhee_recsys.evaluation.report.example_users import chosen, example_users
from towhee_recsys.evaluation.report.groups import by_activity, by_feature, by_popularity
from towhee_recsys.evaluation.report.latency import KINDS, latency
from towhee_recsys.evaluation.report.pictures import points
from towhee_recsys.evaluation.report.slices import FEW, slices
from towhee_recsys.evaluation.report.tables import sentences, tables, title_of
from towhee_recsys.evaluation.report.write import render


def test_the_table_has_all_recommenders_and_marks_the_best(quick):
    [table] = tables(quick)
    assert [row.title for row in table.rows] == [
        MODEL,
        "diversity=0.4",
        *(BASELINES[name].title for name in quick.baselines),
    ]
    cells = {row.title: dict(zip(table.columns, row.cells, strict=True)) for row in table.rows}
    for title, metric, pick in (("RMSE", "rmse", min), ("NDCG@10", "ndcg@10", max)):
        figures = {
            title_of(quick, name): each.metrics[metric]
            for name, each in quick.recommenders.items()
            if metric in each.metrics
        }
        assert {name: row[title].value for name, row in cells.items() if row[title].value is not None} == figures
        best = [name for name, row in cells.items() if row[title].best]
        assert {figures[name] for name in best} == {pick(figures.values())}
    assert not any(row["Coverage@10"].best for row in cells.values())
    low, high = quick.models[MODEL].intervals["rmse"]
    assert cells[MODEL]["RMSE"].margin == pytest.approx((high - low) / 2)


def test_other_questions_have_tables_of_their_own_and_seeds_their_deviation(cold):
    found = tables(cold)
    assert [each.title for each in found] == ["", "5 liked", "10 liked"]
    assert "RMSE" not in found[1].columns
    assert [row.title for row in found[1].rows][:3] == [MODEL, "± over seeds", "Random"]
    assert "Biases" not in [row.title for row in found[1].rows]


def test_significance_in_words(quick):
    words = " ".join(sentences(quick))
    assert re.search(r"By RMSE, this model is (not )?significantly \w+ (than|from) [A-Z][\w ]+: the difference", words)
    assert re.search(r"95 % interval \S+ to \S+; paired t-test over users: p [<=] 0\.\d+", words)


def test_a_slices_figures_are_those_of_its_users(quick):
    task, run = quick.tasks[0], quick.models[MODEL].runs[0]
    gender = quick.dataset.users["gender"].to_numpy()
    for metric in ("ndcg@10", "rmse"):
        [picture] = [each for each in slices(quick) if (each.metric, each.by) == (metric, "gender")]
        assert [line.label for line in picture.lines] == ["female", "male"]
        for line, code in zip(picture.lines, "FM", strict=True):
            ours, theirs = line.bars
            assert (ours.title, theirs.title) == (MODEL, title_of(quick, quick.best_baseline(metric).name))
            there = gender[task.test.users] == code
            if metric == "rmse":
                figure = np.sqrt(np.mean((run.predictions[there] - task.test.values[there]) ** 2))
                assert line.size == len(np.unique(task.test.users[there]))
            else:
                figure = np.nanmean(run.by_user["ndcg@10"][gender == code])
                assert line.size == (gender[task.questions[0].users] == code).sum()
            assert ours.value == pytest.approx(figure)
    assert max(bar.share for line in picture.lines for bar in line.bars) == 1


def test_a_genres_recall_is_counted_by_hand(quick):
    question, lists = quick.tasks[0].questions[0], quick.models[MODEL].runs[0].lists[""]
    [picture] = [each for each in slices(quick) if each.by == "genres"]
    genres, wanted, found, users = quick.dataset.items["genres"].tolist(), {}, {}, {}
    for row, user in enumerate(question.users.tolist()):
        for item in question.relevant[row].indices.tolist():
            for genre in genres[item]:
                wanted[genre] = wanted.get(genre, 0) + 1
                found[genre] = found.get(genre, 0) + (item in lists[row, :10])
                users.setdefault(genre, set()).add(user)
    assert [line.label for line in picture.lines] == sorted(wanted)
    for line in picture.lines:
        assert line.bars[0].value == pytest.approx(found[line.label] / wanted[line.label])
        assert line.size == sum(line.label in each for each in genres)
        assert line.few == (len(users[line.label]) < FEW)


def test_users_unknown_to_training_are_not_grouped_by_activity(cold):
    assert {each.by for each in slices(cold) if each.of == "users"} == {"gender", "age", "occupation"}


def test_groups_split_their_users_or_items(quick):
    counts = np.array([0, 5, 5, 7, 40, 200, 0])
    groups = by_activity(counts, np.arange(6))
    assert [group.label for group in groups] == ["0", "5", "7", "40 to 200"]
    assert sum(group.mask.astype(int) for group in groups).tolist() == [1, 1, 1, 1, 1, 1, 0]
    assert [group.label for group in by_activity(counts, np.array([0, 6]))] == ["0"]
    assert [group.label for group in by_popularity(counts)] == ["0", "1 to 9", "10 to 99", "100 to 999"]
    assert [group.mask.sum() for group in by_popularity(counts)] == [2, 3, 1, 1]
    assert by_activity(counts, np.array([], dtype=int)) == []
    [age] = [each for each in quick.configs[MODEL].features.user if each.column == "age"]
    labels = [group.label for group in by_feature(age, quick.dataset.users)]
    assert labels[0] == "Under 18"
    assert labels[-1] == "56+"


def test_own_categories_without_names_and_with_gaps_are_groups(quick_config):
    config = load_config(
        quick_config,
        features={
            "user": [{"kind": "category", "column": "plan"}],
            "item": [{"kind": "categories", "column": "tags"}],
        },
    )
    users = pd.DataFrame({"plan": [10, 9, None, 10]})
    assert [each.label for each in by_feature(config.features.user[0], users.astype("Int64"))] == ["9", "10", "unknown"]
    tags = pd.DataFrame({"tags": [["a", "b"], [], None]})
    groups = by_feature(config.features.item[0], tags)
    assert {each.label: each.mask.tolist() for each in groups} == {
        "a": [True, False, False],
        "b": [True, False, False],
        "unknown": [False, True, True],
    }


def test_six_users_by_seed_with_what_they_liked_and_what_is_found(quick):
    task, shown = quick.tasks[0], example_users(quick)
    lines = chosen(quick)
    assert chosen(quick) == lines
    assert len(set(lines)) == len(shown) == 6
    counts = np.bincount(task.train.users, minlength=task.users)[lines]
    assert (np.diff(counts) >= 0).all()
    assert len({quick.dataset.users["gender"].iloc[line] for line in lines}) == 2
    for line, person in zip(lines, shown, strict=True):
        assert person.name == f"User {quick.dataset.users['user_id'].iloc[line]}"
        assert f"{(task.train.users == line).sum()} training interactions" in person.about
        ratings = [item.rating for item in person.liked]
        assert ratings == sorted(ratings, reverse=True)
        assert min(ratings, default=5) >= task.liked
        [each] = person.lists
        row = task.questions[0].users.tolist().index(line)
        relevant = set(task.questions[0].relevant[row].indices)
        listed = quick.models[MODEL].runs[0].lists[""][row, :10]
        assert [item.title for item in each.items] == quick.dataset.items["title"].iloc[listed].tolist()
        assert [item.relevant for item in each.items] == [item in relevant for item in listed]
        assert (each.n_found, each.n_relevant) == (len(relevant & set(listed)), len(relevant))


def test_the_lists_of_unknown_users_say_what_was_given(cold):
    person = example_users(cold)[0]
    assert "no training interactions" in person.about
    assert [each.title for each in person.lists] == [
        f"Recommended, given {what}" for what in ("nothing", "5 liked", "10 liked")
    ]
    assert len(person.liked) == 10


def test_each_kind_of_index_is_timed(quick):
    found = latency(quick)
    assert [each.name for each in found.points] == [*KINDS]
    assert found.searches == len(quick.dataset.users)
    for each in found.points:
        assert each.items == len(quick.dataset.items)
        assert 0 < each.median <= each.slow
    assert found.points[0].recall == 1  # FLAT is exact


def test_the_live_index_of_this_model_comes_first(quick, indexed_config, sample_bundle):
    [results] = quick.models.values()
    live = replace(results, bundles=[sample_bundle])
    found = latency(replace(quick, models={MODEL: live}, configs={MODEL: indexed_config}))
    assert [each.name for each in found.points][:2] == ["the live index", "FLAT"]
    assert found.points[0].recall == 1
    fewer = replace(quick.dataset, items=quick.dataset.items.iloc[40:])  # as if the others had been added to the index
    added = latency(replace(quick, dataset=fewer, models={MODEL: live}, configs={MODEL: indexed_config}))
    assert added.points[0].recall == 1
    other = latency(replace(quick, configs={MODEL: indexed_config}))
    assert [each.name for each in other.points] == [*KINDS]


def test_the_axis_of_a_share_ends_at_1():
    picture = points("latency", "Recall", [(1000.0, 1.0), (2000.0, 1.0)], "ms", "recall@10")
    assert max(float(text) for text in re.findall(r">(\d\.\d+)</text>", picture)) == 1.0


def test_what_validation_is_for_and_what_groups_count_is_said_truly(quick):
    page = render(quick)
    assert "which is held out\nof training" in page
    assert "training.patience" in page
    assert re.search(r"<small>[\d,]+ items</small>", page)
    assert re.search(r"<small>[\d,]+ users</small>", page)
