"""Freed memory stays with the process."""

import subprocess
import sys

import pytest

from myoedge.export.heap import keep_heap

FAULTS = """
import resource, sys
import numpy as np
from myoedge.export.heap import keep_heap
if sys.argv[1] == "kept":
    assert keep_heap()
def step():
    return [np.ones(1 << 20, np.float32) for _ in range(12)]  # 4 MB each, freed together
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", FAULTS, how], capture_output=True, text=True, timeout=60, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not keep_heap(), reason="the C library here is not glibc")
def test_memory_that_was_freed_costs_no_page_fault_again() -> None:
    assert faults("kept") < faults("plain") / 2
