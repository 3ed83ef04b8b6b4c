from __future__ import annotations

import hashlib
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest

from tests.declarations import schema
from tests.interactions import same
from towhee_recsys.config import load_config
from towhee_recsys.data import interactions_frame, iter_items, read_dataset, read_items
from towhee_recsys.data.sources.movielens.folder import FILES
from towhee_recsys.data.sources.movielens.source import fingerprint
from towhee_recsys.errors import ConfigError, DatasetError

MOVIES = "1::Caf\xe9: Part Two (1990)::Drama|War\n2::NA::(no genres listed)\n"
USERS = "1::F::25::12::02460\n2::M::56::0::NA\n"
RATINGS = "1::1::5::100\n1::2::3::200\n2::1::4::0\n"


def write(folder, items=MOVIES, users=USERS, ratings=RATINGS, encoding="latin-1"):
    folder.mkdir(exist_ok=True)
    for name, text in zip(FILES, (items, users, ratings), strict=True):
        (folder / name).write_bytes(text.encode(encoding))
    return folder


MOVIELENS = schema(name="ml-1m", encoding="latin-1")


def own(folder, **settings):
    return schema(**{"name": "mine", "path": str(folder), "max_bad_share": 0.5} | settings)


def test_columns_and_types(tmp_path):
    dataset = read_dataset(own(write(tmp_path / "mine")))
    assert dataset.name == "mine"
    assert dataset.users.to_dict("records") == [
        {"user_id": 1, "gender": "F", "age": 25, "occupation": 12, "zip_code": "02460"},
        {"user_id": 2, "gender": "M", "age": 56, "occupation": 0, "zip_code": "NA"},
    ]
    assert dataset.items.drop(columns="year").to_dict("records") == [
        {"movie_id": 1, "title": "Café: Part Two", "genres": ["Drama", "War"]},
        {"movie_id": 2, "title": "NA", "genres": []},
    ]
    assert dataset.items["year"][0] == 1990
    assert dataset.items["year"][1] is pd.NA
    assert interactions_frame(dataset).to_numpy().tolist() == [[1, 1, 5, 100], [1, 2, 3, 200], [2, 1, 4, 0]]
    types = {**dataset.users.dtypes, **dataset.items.dtypes, **interactions_frame(dataset).dtypes}
    assert {name: str(types[name]) for name in types if name not in ("gender", "zip_code", "title", "genres")} == {
        "user_id": "int64",
        "age": "int64",
        "occupation": "int64",
        "movie_id": "int64",
        "year": "Int64",
        "user": "int64",
        "item": "int64",
        "value": "float32",
        "time": "int64",
    }
    assert not dataset.bad_rows


@pytest.mark.parametrize("given", ["sample", load_config("sample"), None])
def test_what_is_no_declaration_of_a_dataset(given):
    with pytest.raises(ConfigError) as raised:
        read_dataset(given)
    assert repr(given)[:40] in str(raised.value)
    assert "load_config('sample').dataset" in str(raised.value)


def test_titles_without_any_year(tmp_path):
    years = read_dataset(own(write(tmp_path / "mine", items="1::A::War\n2::B::War\n"))).items["year"]
    assert str(years.dtype) == "Int64"
    assert years.isna().all()


def test_bad_rows_are_counted_by_file_and_drag_their_ratings_along(tmp_path):
    write(tmp_path / "mine", users="1::F::25::12::1\n2::M::old::0::1\n", items=MOVIES + "1::Again::War\n\n")
    assert read_dataset(own(tmp_path / "mine")).bad_rows == {
        "movies.dat: duplicate movie": 1,
        "movies.dat: blank line": 1,
        "users.dat: age not a number": 1,
        "ratings.dat: unknown user": 1,
    }


@pytest.mark.parametrize(
    ("settings", "stops"),
    [
        ({"name": "mine"}, False),
        ({"name": "mine", "strict": True}, True),
        ({"name": "ml-1m"}, True),
        ({"name": "sample"}, True),
        ({"name": "ml-1m", "strict": False}, False),
    ],
)
def test_published_data_are_read_strictly_and_own_files_leniently(tmp_path, settings, stops):
    config = own(write(tmp_path / "mine", ratings=RATINGS + "1::3::5::0\n"), **settings)
    if not stops:
        assert len(read_dataset(config).interactions) == 3
        return
    with pytest.raises(DatasetError, match=r"ratings\.dat:4: unknown movie: 3 is not in movies\.dat; fix the row, or"):
        read_dataset(config)


def test_encoding_and_scale_are_the_configs(tmp_path):
    write(tmp_path / "mine", ratings="1::1::9.5::0\n", encoding="utf-8")
    dataset = read_dataset(own(tmp_path / "mine", encoding="utf-8", interactions={"scale": [0, 10]}, strict=True))
    assert dataset.items["title"][0] == "Café: Part Two"
    assert dataset.interactions.values.tolist() == [9.5]


def test_fingerprint_depends_on_the_content_alone(tmp_path):
    one, same = write(tmp_path / "one"), write(tmp_path / "same")
    other = write(tmp_path / "other", ratings=RATINGS.replace("5", "4"))
    assert read_dataset(own(one)).fingerprint == fingerprint(own(same)) != fingerprint(own(other))
    whole = b"".join((one / name).read_bytes() for name in FILES)
    assert fingerprint(own(one)) == hashlib.sha256(whole).hexdigest()


def test_fingerprint_of_a_missing_file(tmp_path):
    with pytest.raises(DatasetError, match=r"movies\.dat cannot be read: No such file"):
        fingerprint(own(tmp_path))


def test_items_alone_from_a_folder_or_a_file(tmp_path):
    (tmp_path / "mine.txt").write_bytes(MOVIES.encode("latin-1"))
    (tmp_path / "movies.dat").write_bytes(MOVIES.encode("latin-1"))
    for path in (tmp_path, str(tmp_path), tmp_path / "mine.txt"):
        assert read_items(MOVIELENS, str(path))["movie_id"].tolist() == [1, 2]


def test_no_items_file(tmp_path):
    for read in (read_items, iter_items):
        with pytest.raises(DatasetError, match=r"movies\.dat does not exist; give a file of movies, or the folder"):
            read(MOVIELENS, str(tmp_path))


def test_chunks_are_plain_python(tmp_path):
    lines = "".join(f"{number}::Item (19{number:02d})::War\n" for number in range(10, 17))
    (tmp_path / "movies.dat").write_text(lines)
    chunks = list(iter_items(own(tmp_path), chunk_size=3))
    assert [len(chunk) for chunk in chunks] == [3, 3, 1]
    assert chunks[0][0] == {"movie_id": 10, "title": "Item", "year": 1910, "genres": ["War"]}
    assert {type(value) for chunk in chunks for item in chunk for value in item.values()} == {int, str, list}


def test_chunks_of_no_size(tmp_path):
    with pytest.raises(DatasetError, match="chunk_size takes a whole number from 1 up, not 0"):
        iter_items(own(write(tmp_path / "mine")), chunk_size=0)


def test_chunks_leniently(tmp_path):
    (tmp_path / "movies.dat").write_text("1::A::War\nbad\n")
    assert list(iter_items(own(tmp_path, strict=False))) == [
        [{"movie_id": 1, "title": "A", "year": None, "genres": ["War"]}]
    ]
    with pytest.raises(DatasetError, match=r"more than dataset\.max_bad_share allows"):
        list(iter_items(own(tmp_path, strict=False, max_bad_share=0.01)))


def test_memory_stays_flat_over_many_chunks(tmp_path):
    with (tmp_path / "movies.dat").open("w") as file:
        file.writelines(f"{number}::{'A long title ' * 100}(1990)::War\n" for number in range(20_000))
    tracemalloc.start()
    try:
        assert sum(len(chunk) for chunk in iter_items(own(tmp_path), chunk_size=100)) == 20_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000, "the file has 26 million bytes"


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, towhee_recsys.data; print({'pandas', 'requests', 'tqdm'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.fixture(scope="module")
def ml1m(ml1m_dir: Path):
    return read_dataset(schema(path=str(ml1m_dir)))


@pytest.mark.ml1m
def test_movielens_is_read_to_the_last_row(ml1m):
    assert (len(ml1m.items), len(ml1m.users), len(ml1m.interactions)) == (3_883, 6_040, 1_000_209)
    assert ml1m.interactions.values.mean(dtype="float64") == pytest.approx(3.58156, abs=5e-6)
    ratings = interactions_frame(ml1m)
    assert ratings["item"].value_counts().head(3).to_dict() == {2858: 3_428, 260: 2_991, 1196: 2_990}
    assert ratings["item"].nunique() == 3_706
    assert (ratings["user"] == 1).sum() == 53
    assert not ml1m.bad_rows


@pytest.mark.ml1m
def test_every_item_of_movielens_has_a_year_and_genres(ml1m):
    assert ml1m.items["year"].between(1919, 2000).all()
    assert ml1m.items["genres"].map(len).min() >= 1
    assert ml1m.items["genres"].explode().nunique() == 18
    assert not ml1m.items["title"].str.contains("::|\\(\\d{4}\\)$").any()


@pytest.mark.ml1m
def test_lenient_reading_of_movielens_gives_the_same(ml1m, ml1m_dir):
    lenient = read_dataset(schema(path=str(ml1m_dir), strict=False))
    for table in ("items", "users"):
        pd.testing.assert_frame_equal(getattr(lenient, table), getattr(ml1m, table))
    assert same(lenient.interactions, ml1m.interactions)
    assert sum(map(len, iter_items(schema(path=str(ml1m_dir))))) == 3_883
