"""Keeps memory that training frees, so that the next batch does not ask the kernel for it page by page."""

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)
MOST_FROM_HEAP = 32 << 20  # bytes; glibc takes no more for M_MMAP_THRESHOLD
NEVER_TRIM = (1 << 31) - 1


def keep_heap() -> bool:
    """For the whole process; False where the C library is not glibc, and nothing changes.

    A network that does little with large windows spends half of its time on page faults without it: an mlp on
    64 channels of 1 kHz took 2.0 to 2.2 times the processor time. Results are the same, bit for bit.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    taken = [mallopt(M_MMAP_THRESHOLD, MOST_FROM_HEAP), mallopt(M_TRIM_THRESHOLD, NEVER_TRIM)]
    return all(taken)
