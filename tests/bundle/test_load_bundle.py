"""A bundle is loaded whole and unchanged, or refused with a message that says what is wrong with which file."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import pytest

from towhee_recsys import load_bundle
from towhee_recsys.bundle import UserEncoder
from towhee_recsys.bundle.manifest import FORMAT_VERSION, model_id
from towhee_recsys.errors import BundleError

FILES = [
    "config.yaml",
    "curves.png",
    "features.json",
    "history.json",
    "known.npz",
    "weights.npz",
]


def refused(folder: Path) -> str:
    with pytest.raises(BundleError) as raised:
        load_bundle(folder)
    return str(raised.value)


def must_say(message: str, *facts: str) -> None:
    assert [fact for fact in facts if fact not in message] == [], message


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_copy_is_as_good(copy, small_bundle):
    bundle = load_bundle(copy)
    assert (bundle.model_id, bundle.dim) == (small_bundle.model_id, 8)
    assert bundle.config == small_bundle.config
    assert bundle.calibration == small_bundle.calibration
    assert sorted(bundle.manifest.files) == FILES


def test_nothing_there(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        message = refused(folder)
        assert str(folder) in message
        assert "`towhee-recsys train -c CONFIG`" in message
        assert "model.dir" in message
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "model").write_text("not a folder")
    assert "manifest.json cannot be read: " in refused(tmp_path / "model")


@pytest.mark.parametrize("name", FILES)
def test_each_file_missing_cut_or_with_one_bit_flipped(name, copy):
    whole = (copy / name).read_bytes()
    (copy / name).unlink()
    must_say(refused(copy), f"{copy / name} is missing", "Train again", "restore")
    middle = len(whole) // 2
    for content in (whole[:-1], b"", whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]):
        (copy / name).write_bytes(content)
        must_say(refused(copy), f"{copy / name} ", "SHA-256 differs", "Train again", "restore")
    (copy / name).write_bytes(whole)
    assert load_bundle(copy).directory == copy


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '"manifest"', "{}", f'{{"format_version": {FORMAT_VERSION}}}']
)
def test_an_unreadable_manifest(text, copy):
    (copy / "manifest.json").write_text(text)
    must_say(refused(copy), f"{copy / 'manifest.json'} is damaged", "Train again", "restore")


def test_a_manifest_that_is_no_text(copy):
    (copy / "manifest.json").write_bytes(b"\xff\xfe\x00garbage")
    assert "manifest.json cannot be read: 'utf-8' codec can't decode" in refused(copy)


@pytest.mark.parametrize(
    "changes",
    [
        {"files": []},
        {"files": {}},
        {"files": None},
        {"calibration": None},
        {"calibration": {"slope": 1.0}},
        {"calibration": {"slope": 1.0, "intercept": 3.0, "lowest": 1.0, "highest": 5.0}},
        {"model_id": "0123456789abcdef"},
        {"metric": "L2"},
        {"dim": 9},
    ],
    ids=str,
)
def test_a_manifest_whose_entries_do_not_fit_together(changes, copy, edit_manifest):
    edit_manifest(**changes)
    must_say(refused(copy), f"{copy / 'manifest.json'} is damaged", "Train again", "restore")


@pytest.mark.parametrize("name", ["config.yaml", "features.json", "known.npz", "weights.npz"])
def test_a_manifest_that_knows_nothing_of_a_file_that_is_used(name, copy, edit_manifest):
    files = load_bundle(copy).manifest.files
    edit_manifest(files={other: digest for other, digest in files.items() if other != name})
    must_say(refused(copy), f"{copy / 'manifest.json'} is damaged", "Train again", "restore")
    (copy / name).unlink()
    must_say(refused(copy), f"{copy / 'manifest.json'} is damaged", "Train again", "restore")


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, FORMAT_VERSION - 1, 0, str(FORMAT_VERSION), None])
def test_another_format_version(version, copy, edit_manifest):
    edit_manifest(format_version=version)
    message = refused(copy)
    assert message.startswith(f"{copy} has format version {version!r}; this towhee_recsys reads {FORMAT_VERSION}.")
    assert "`towhee-recsys train -c CONFIG`" in message


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "sub/../../outside", "sub/file", "."])
def test_a_file_outside_the_folder(name, copy, edit_manifest):
    (copy.parent / "outside").write_text("anything")
    edit_manifest(files=load_bundle(copy).manifest.files | {name: sha256(copy.parent / "outside")})
    must_say(refused(copy), f"{copy / 'manifest.json'} ", f"outside its folder: {name!r}", "Do not use")


class Canary:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("name", ["weights.npz", "known.npz"])
def test_a_pickle_in_place_of_arrays_is_refused_and_not_run(name, copy, edit_manifest, tmp_path):
    bundle = load_bundle(copy)
    (copy / name).write_bytes(pickle.dumps(Canary(tmp_path / "canary")))
    files = bundle.manifest.files | {name: sha256(copy / name)}
    edit_manifest(files=files, model_id=model_id(files, bundle.calibration, bundle.prediction_variance))
    forged = load_bundle(copy)
    with pytest.raises(BundleError, match=rf"{name} holds no plain arrays: .*\. Train again\.$"):
        UserEncoder(forged) if name == "known.npz" else forged.arrays(name)
    assert not (tmp_path / "canary").exists()


def test_its_representation_is_short(small_bundle):
    assert repr(small_bundle) == (
        f"Bundle({str(small_bundle.directory)!r}, model_id={small_bundle.model_id!r}, dataset='own')"
    )
