"""Memory that is freed within the block is used again; afterwards all is as it was."""

from __future__ import annotations

import ctypes

import pytest

from towhee_recsys.support.allocation import _glibc, memory_reused

SIZE = 40 << 20


def faults() -> int:
    """Pages that the system gave this process while it took, filled and freed a block twice: those of the second."""
    resource = pytest.importorskip("resource")
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes, library.free.argtypes = (
        ctypes.c_void_p,
        [ctypes.c_size_t],
        [ctypes.c_void_p],
    )
    counts = []
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        block = library.malloc(SIZE)
        ctypes.memset(block, 1, SIZE)
        library.free(block)
        counts.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return counts[1]


@pytest.mark.skipif(_glibc() is None, reason="the C library is not glibc")
def test_a_freed_block_is_used_again_within_and_not_after():
    with memory_reused():
        assert faults() < 100
    outside = faults()
    with memory_reused(), memory_reused():
        assert faults() < 100
    assert faults() == pytest.approx(outside, abs=100)


def test_an_error_passes_through():
    with pytest.raises(ValueError, match="here"), memory_reused():
        raise ValueError("here")
