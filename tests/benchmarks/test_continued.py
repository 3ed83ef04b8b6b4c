"""The data of the benchmark of continued trainings."""

from __future__ import annotations

from benchmarks.continued import write_parts
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
