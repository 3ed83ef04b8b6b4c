from __future__ import annotations

import pytest

from tests.declarations import schema
from towhee_recsys.data import ensure_dataset
from towhee_recsys.data.sample import SAMPLE_DIR
from towhee_recsys.data.sources.movielens.folder import FILES
from towhee_recsys.errors import DatasetError


def complaint(**settings):
    with pytest.raises(DatasetError) as caught:
        ensure_dataset(schema(**settings))
    return str(caught.value)


def test_folder_with_the_files_is_taken(tmp_path):
    for name in FILES:
        (tmp_path / name).touch()
    ensure_dataset(schema(path=str(tmp_path), download=True))
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)


def test_folders_without_a_path(monkeypatch, tmp_path):
    monkeypatch.setenv("TOWHEE_RECSYS_HOME", str(tmp_path))
    assert schema(name="sample").path == str(SAMPLE_DIR)
    assert schema(name="ml-1m").path == str(tmp_path / "ml-1m")


def test_missing_files_are_listed(tmp_path):
    (tmp_path / "users.dat").touch()
    assert complaint(path=str(tmp_path)) == (
        f"{tmp_path} lacks movies.dat, ratings.dat; "
        "give the folder with --set dataset.path=DIR, or set dataset.download: true"
    )


def test_missing_folder(tmp_path):
    assert complaint(path=str(tmp_path / "no")) == (
        f"{tmp_path / 'no'} lacks movies.dat, users.dat, ratings.dat (there is no such folder); "
        "give the folder with --set dataset.path=DIR, or set dataset.download: true"
    )


def test_own_dataset_is_not_offered_for_download(tmp_path):
    assert complaint(name="mine", path=str(tmp_path), download=True).endswith("--set dataset.path=DIR")


@pytest.mark.parametrize("download", [True, False])
def test_path_is_a_file(tmp_path, download):
    file = tmp_path / "movies.dat"
    file.touch()
    message = complaint(path=str(file), download=download)
    assert message.startswith(f"{file} is a file, but dataset.path takes the folder with movies.dat, users.dat")


def test_folder_without_permission(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "(no permission to look into it)" in complaint(path=str(tmp_path))
