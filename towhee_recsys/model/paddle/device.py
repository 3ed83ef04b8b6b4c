"""Where Paddle computes."""

from __future__ import annotations

from towhee_recsys.errors import TrainingError
from towhee_recsys.model.paddle.quiet import paddle

INSTALLATION = "https://www.paddlepaddle.org.cn/en/install/quick"


def use_device(name: str) -> str:
    """Sets Paddle's device for `auto` (a GPU if there is one), `cpu` or `gpu`, and returns its name.

    Raises:
        TrainingError: a GPU is requested, but not found.
    """
    built = paddle.device.is_compiled_with_cuda()
    there = built and paddle.device.cuda.device_count() > 0
    if name == "gpu" and not there:
        why = "sees no GPU" if built else "is built for the CPU alone"
        raise TrainingError(
            f"training.device is gpu, but this PaddlePaddle {paddle.__version__} {why}. Use cpu or auto, or install a "
            f"build for GPUs of the same version from Paddle's own package index: {INSTALLATION}"
        )
    chosen = "gpu" if there and name != "cpu" else "cpu"
    paddle.set_device(chosen)
    return chosen
