"""Bundles that are small on disk and would take gigabytes in memory: refused by their headers, before they are read."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable, Iterator
from copy import copy as copy_of
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest

from tests.bundle.conftest import reseal
from towhee_recsys import load_bundle
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.bundle.paddle_model import paddle_model
from towhee_recsys.errors import BundleError

WEIGHT = "user_tower.base_vector"
FLAT = 40e6
"""Bytes of memory that a refusal may take: less than a tenth of what each bomb would."""

USES = (UserEncoder, ItemEncoder, paddle_model, lambda bundle: bundle.arrays("weights.npz"))


def refusals(folder: Path, *uses: Callable[..., object]) -> Iterator[str]:
    """What each use of the bundle in `folder` says when it refuses it, in little memory."""
    for use in uses:
        tracemalloc.start()
        with pytest.raises(BundleError) as raised:
            use(load_bundle(folder))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < FLAT
        yield str(raised.value)


def header(dtype: str, *shape: int) -> bytes:
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {"descr": dtype, "fortran_order": False, "shape": shape})
    return content.getvalue()


def with_array(file: Path, name: str, first: bytes, megabytes: int, method: int = ZIP_STORED) -> None:
    """Replaces or adds an array: its header, and so many megabytes of zeros."""
    with np.load(file) as stored:
        arrays = {each: stored[each] for each in stored.files if each != name}
    np.savez(file, **arrays)
    with ZipFile(file, "a", method) as archive, archive.open(f"{name}.npy", "w") as member:
        member.write(first)
        for _ in range(megabytes):
            member.write(bytes(1 << 20))


def test_a_compressed_array(copy):
    with_array(copy / "weights.npz", WEIGHT, header("<f4", 128 << 20), 512, ZIP_DEFLATED)
    reseal(copy)
    assert (copy / "weights.npz").stat().st_size < 2 << 20
    uses = (UserEncoder, paddle_model, lambda bundle: bundle.arrays("weights.npz"))
    for message in refusals(copy, *uses):
        assert message == f"{copy / 'weights.npz'} holds no plain arrays: {WEIGHT} is compressed. Train again."


@pytest.mark.parametrize("name", ["user_tower.more", "tower", "item_tower.more"])
def test_an_array_that_nobody_asks_for(name, copy):
    with_array(copy / "weights.npz", name, header("<f4", 128 << 20), 512, ZIP_DEFLATED)
    reseal(copy)
    [message] = refusals(copy, ItemEncoder if name.startswith("item") else UserEncoder)
    assert message.startswith(f"{copy / 'weights.npz'}: {name} is an array that this model does not have.")


@pytest.mark.parametrize("name", ["user.9", "films", "user.ids.1"])
def test_known_records_that_nobody_asks_for(name, copy):
    with_array(copy / "known.npz", name, header("<f4", 16 << 20), 64)
    reseal(copy)
    [message] = refusals(copy, UserEncoder)
    assert message.startswith(f"{copy / 'known.npz'}: {name} is an array that this model does not have.")


@pytest.mark.parametrize(("dtype", "shape"), [("<f4", (1 << 40,)), ("<f4", (-(1 << 20), -1)), ("<U0", (1 << 40,))])
def test_a_header_that_promises_more_than_there_is(dtype, shape, copy):
    with_array(copy / "known.npz", "user.ids", header(dtype, *shape), 0)
    reseal(copy)
    [message] = refusals(copy, UserEncoder)
    assert message.startswith(f"{copy / 'known.npz'} holds no plain arrays: the size of user.ids is not that of ")


def test_a_list_that_promises_more_than_there_is(copy):
    content = (copy / "weights.npz").read_bytes()
    with ZipFile(copy / "weights.npz") as archive:
        size = archive.getinfo(f"{WEIGHT}.npy").file_size
    at = content.rindex(f"{WEIGHT}.npy".encode()) - 46
    assert content[at + 24 : at + 28] == size.to_bytes(4, "little")
    (copy / "weights.npz").write_bytes(content[: at + 24] + (3 << 30).to_bytes(4, "little") + content[at + 28 :])
    reseal(copy)
    [message] = refusals(copy, UserEncoder)
    assert f"{WEIGHT} is compressed" in message


def test_arrays_in_the_same_place(copy):
    with ZipFile(copy / "weights.npz", "a") as archive:
        first = archive.filelist[0]
        archive._didModify = True
        for number in range(100):
            archive.filelist.append(copy_of(first))
            archive.filelist[-1].filename = f"user_tower.{number}.npy"
    reseal(copy)
    for message in refusals(copy, *USES):
        assert "its arrays lie in the same place" in message


def test_a_long_list_of_arrays(copy):
    with ZipFile(copy / "weights.npz", "a") as archive:
        for number in range(20_000):
            archive.writestr(f"user_tower.{number}.npy", b"")
    reseal(copy)
    for message in refusals(copy, *USES):
        assert "its list of arrays is damaged or too long" in message


def test_a_second_list_of_arrays(copy):
    with (copy / "weights.npz").open("rb+") as file:
        file.seek(-22, 2)
        end = file.read()
        file.seek(-22, 2)
        file.write(b"PK\x06\x07" + bytes(16) + end)
    reseal(copy)
    for message in refusals(copy, *USES):
        assert "its list of arrays is damaged or too long" in message


def test_vocabularies_larger_than_the_arrays(copy):
    (copy / "features.json").write_text(f'{{"user": [{"[]," * (2 << 20)}[]]}}')
    reseal(copy)
    [message] = refusals(copy, UserEncoder)
    assert message.startswith(f"{copy / 'features.json'} has no vocabularies that fit config.yaml: ")
    assert "larger than " in message


def test_a_large_manifest(copy):
    with (copy / "manifest.json").open("a") as file:
        file.write(" " * (1 << 20))
    [message] = refusals(copy, UserEncoder)
    assert message.startswith(f"{copy / 'manifest.json'} cannot be read: it is larger than 1,048,576 bytes.")
