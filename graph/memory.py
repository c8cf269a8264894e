"""What the process does with its memory once it has started."""

from __future__ import annotations

import ctypes
import gc
from typing import Any, Final

MEBIBYTE: Final = 1024 * 1024
_TRIM_THRESHOLD: Final = -1  # glibc's numbers, from its malloc.h
_MMAP_THRESHOLD: Final = -3


def settle() -> None:
    """Call it when everything is there that stays until the end.

    The garbage collector need not look at that again and again. And freed memory stays with the process, up to 128 MiB
    of it: the C library would give every large answer's back at once, and the kernel takes half a millisecond for each
    megabyte to hand it out again, zeroed.
    """
    gc.collect()
    gc.freeze()
    adjust: Any = getattr(ctypes.CDLL(None), "mallopt", None)  # only where the C library is glibc
    if adjust is not None:
        adjust(_TRIM_THRESHOLD, 128 * MEBIBYTE)
        adjust(_MMAP_THRESHOLD, 32 * MEBIBYTE)
