"""The data of the benchmark of continued trainings."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import main
from benchmarks.continued import write_parts
from benchmarks.continued_choice import chosen
from towhee_recsys.data.sample import SAMPLE_DIR


def test_the_first_model_lacks_new_users_items_and_interactions_and_no_model_has_the_test_part(tmp_path):
    lines = (SAMPLE_DIR / "ratings.dat").read_text().splitlines()
    tested = {tuple(map(int, line.split("::")[:2])) for line in lines[::10]}
    earlier, whole = (
        (folder / "ratings.dat").read_text().splitlines()
        for folder in write_parts(SAMPLE_DIR, tmp_path, tested, seed=1)
    )
    assert len(whole) == len(lines) - len(tested)
    assert set(earlier) < set(whole)
    assert 0.06 < 1 - len(earlier) / len(whole) < 0.16
    users, items = (({line.split("::")[column] for line in part} for part in (earlier, whole)) for column in (0, 1))
    for known, all_of_them in (users, items):
        assert known < all_of_them
    assert (tmp_path / "all" / "movies.dat").read_bytes() == (SAMPLE_DIR / "movies.dat").read_bytes()


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({(0.1, 0.5): (0.900, 0.290), (0.2, 0.3): (0.901, 0.299), (0.2, 0.6): (0.900, 0.300)}, (0.2, 0.6)),
        ({(0.1, 0.3): (0.904, 0.299), (0.2, 0.3): (0.890, 0.310)}, (0.1, 0.3)),
        ({(0.1, 0.3): (0.950, 0.300), (0.2, 0.3): (0.910, 0.295)}, (0.2, 0.3)),
    ],
    ids=["the better of the same epochs", "the fewest epochs that are near", "none is near"],
)
def test_the_choice(figures, expected):
    found = {each: {"rmse": rmse, "ndcg@10": ndcg} for each, (rmse, ndcg) in figures.items()}
    assert chosen(found, {"rmse": 0.9, "ndcg@10": 0.3}) == expected


def test_only_the_continued_training_has_settings_to_choose():
    with pytest.raises(SystemExit, match="given startup, accepted: continued"):
        main(["startup", "--choose"])
