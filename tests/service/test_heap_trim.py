"""Threads share one heap, and freed memory goes back to the system, where the C library is glibc."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")

COUNT_HEAPS = """
import ctypes, sys, threading
from service.heap_trim import share_one_heap
if sys.argv[1] == "shared":
    share_one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fflush.argtypes = [ctypes.c_void_p]
barrier = threading.Barrier(8)

def allocate():
    barrier.wait(60)
    libc.malloc(1000)
    barrier.wait(60)

threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
stdout = libc.fdopen(1, b"w")
libc.malloc_info(0, stdout)
libc.fflush(stdout)
"""

FREE_MEMORY = """
import ctypes
from pathlib import Path
from service.heap_trim import trim_heap
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
BLOCK = 100_000  # below the size from which glibc maps each block by itself

def resident_pages():
    return int(Path("/proc/self/statm").read_text().split()[1])

blocks = [libc.malloc(BLOCK) for _ in range(1000)]
for block in blocks:
    libc.memset(block, 1, BLOCK)
last = libc.malloc(BLOCK)  # in use, so that glibc keeps what lies below it
for block in blocks:
    libc.free(block)
pages = resident_pages()
trim_heap()
print((pages - resident_pages()) * 4096)
"""


def run(program: str, *arguments: str) -> str:
    """Runs a program in a Python of its own and returns its output."""
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, timeout=120).stdout


def test_threads_share_one_heap() -> None:
    """Threads have heaps of their own by default, and one together after `share_one_heap`."""
    heaps = {mode: run(COUNT_HEAPS, mode).count("<heap nr=") for mode in ("separate", "shared")}

    assert heaps["shared"] == 1 < heaps["separate"]


def test_freed_memory_goes_back_to_the_system() -> None:
    """Of 100 MB that were freed below a block in use, most are not resident any more."""
    assert int(run(FREE_MEMORY)) > 80_000_000


def test_collector_passes_over_what_is_loaded() -> None:
    """After `settle_heap` the garbage collector has nothing to look through but what comes after."""
    counts = run("import gc; from service.heap_trim import settle_heap; settle_heap(); print(len(gc.get_objects()), gc.get_freeze_count())")
    rest, frozen = map(int, counts.split())
    assert rest < 100
    assert frozen > 1000
