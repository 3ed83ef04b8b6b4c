"""What importing the library, Paddle and Towhee leaves as it was: the root logger, and the signals of the process."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

WARN = "import logging; logging.getLogger('anything').warning('once')"


def ran(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "code", ["import towhee_recsys; import towhee", "from towhee_recsys.model.paddle.quiet import paddle"]
)
def test_the_root_logger_has_no_handler_of_others(code: str) -> None:
    done = ran(f"{code}\n{WARN}\nassert not logging.getLogger().handlers")
    assert (done.returncode, done.stderr) == (0, "once\n")


def test_importing_paddle_leaves_sigterm_as_it_was() -> None:
    load = "import os, signal; from towhee_recsys.model.paddle.quiet import paddle"
    done = ran(f"{load}\nos.kill(os.getpid(), signal.SIGTERM)")
    assert (done.returncode, done.stderr) == (-signal.SIGTERM, "")
    own = "import signal; signal.signal(signal.SIGTERM, lambda *_: print('mine'))"
    done = ran(f"{own}\n{load}\nos.kill(os.getpid(), signal.SIGTERM)")
    assert (done.returncode, done.stdout) == (0, "mine\n")
