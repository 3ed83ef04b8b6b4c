"""A disk that is full at the Nth write, for every N: the old model stays, the message helps, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from towhee_recsys import load_bundle, train
from towhee_recsys.config import dump_config

FILL = """
import json, os, pathlib, subprocess, sys
from towhee_recsys import load_bundle, load_config, train
from towhee_recsys.bundle import UserEncoder
from towhee_recsys.errors import TrainingError

disk, config = pathlib.Path(sys.argv[1]), load_config(sys.argv[2])
def size(bytes, *options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={bytes}", *options]), "disk", disk], check=True)
size(2**26)
old = train(load_config(config, seed=1))
stat = os.statvfs(disk)
used, messages = (stat.f_blocks - stat.f_bfree) * stat.f_bsize, []
for page in range(200):
    size(used + 4096 * page, "remount")
    try:
        new = train(config)
        break
    except TrainingError as error:
        messages.append(str(error))
        assert load_bundle(config.model.dir) is old, "the old one was replaced"
        UserEncoder(old)({})
size(2**26, "remount")
UserEncoder(new)({})
left = sorted(path.name for path in disk.iterdir())
print(json.dumps({"messages": messages, "model_id": new.model_id, "left": left}))
"""


def can_mount() -> bool:
    probe = ["unshare", "-Urm", "mount", "-t", "tmpfs", "disk", "/tmp"]
    return bool(shutil.which("unshare")) and subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_a_disk_with_room_for_one_page_more_each_time(tiny_config, tmp_path):
    """A small tmpfs in a namespace of its own; each try resumes from what the one before it could write."""
    if not can_mount():
        pytest.skip("no right to mount a small disk here (unshare -Urm mount -t tmpfs)")
    disk, file = tmp_path / "disk", tmp_path / "config.yaml"
    disk.mkdir()
    file.write_text(dump_config(tiny_config(f"model.dir={disk / 'model'}")), encoding="utf-8")
    code = ["unshare", "-Urm", sys.executable, "-W", "ignore", "-c", FILL, str(disk), str(file)]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["model_id"] == train(tiny_config()).model_id, "as if nothing had happened"
    assert found["left"] == ["model"]
    assert len(found["messages"]) > 30
    for message in found["messages"]:
        assert message.startswith(f"{disk / 'model'}")
        for fact in ("cannot be written: No space left on device", "Free space", "model.dir", "resumes"):
            assert fact in message


LIMIT = """
import resource, sys
from towhee_recsys import load_config, train
from towhee_recsys.errors import TrainingError
config = load_config(sys.argv[1])
for bytes in map(int, sys.argv[2:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, resource.RLIM_INFINITY))
    try:
        train(config)
    except TrainingError as error:
        print(error)
"""


def test_no_file_may_become_so_large(tiny_config, tmp_path):
    """Where no disk can be mounted: a limit on every file's size, up to one byte less than the largest."""
    pytest.importorskip("resource")
    config, file = tiny_config(), tmp_path / "config.yaml"
    old = train(tiny_config("training.epochs=1", "seed=1"))
    largest = max(path.stat().st_size for path in old.directory.iterdir())
    file.write_text(dump_config(tiny_config("training.epochs=1", "seed=2")), encoding="utf-8")
    limits = [str(bytes) for bytes in (1, 5000, largest // 3, largest - 1)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIMIT, str(file), *limits], capture_output=True, text=True, check=False
    )
    assert done.stdout.count("cannot be written: File too large. Free space or fix the permissions") == len(limits)
    assert load_bundle(config.model.dir) is old
