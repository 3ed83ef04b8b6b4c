from __future__ import annotations

import pytest

from towhee_recsys.errors import TrainingError
from towhee_recsys.model.paddle.device import INSTALLATION, use_device
from towhee_recsys.model.paddle.quiet import paddle

without_gpu = pytest.mark.skipif(paddle.device.is_compiled_with_cuda(), reason="this PaddlePaddle may see a GPU")


@without_gpu
@pytest.mark.parametrize("name", ["auto", "cpu"])
def test_without_a_gpu_it_is_the_cpu(name):
    assert use_device(name) == "cpu"
    assert paddle.device.get_device() == "cpu"


@without_gpu
def test_a_gpu_that_is_not_there():
    with pytest.raises(TrainingError) as raised:
        use_device("gpu")
    for fact in (
        "training.device is gpu",
        "built for the CPU alone",
        "Use cpu or auto",
        paddle.__version__,
        INSTALLATION,
    ):
        assert fact in str(raised.value)
