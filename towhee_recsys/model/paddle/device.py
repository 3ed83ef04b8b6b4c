"""Where Paddle computes."""

from __future__ import annotations

from towhee_recsys.errors import TrainingError
from towhee_recsys.model.paddle.quiet import paddle


def use_device(name: str) -> str:
    """Sets Paddle's device for `auto` (a GPU if there is one), `cpu` or `gpu`, and returns its name.

    Raises TrainingError when a GPU is requested but not found.
    """
    there = paddle.device.is_compiled_with_cuda() and paddle.device.cuda.device_count() > 0
    if name == "gpu" and not there:
        raise TrainingError(
            "training.device is gpu, but this PaddlePaddle sees none. Use cpu or auto, or install paddlepaddle-gpu."
        )
    chosen = "gpu" if there and name != "cpu" else "cpu"
    paddle.set_device(chosen)
    return chosen
