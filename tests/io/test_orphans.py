"""A worker ends when its parent is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import multiprocessing
import time
from onesun.io.orphans import end_with_parent

def work():
    {first}
    print("at work", flush=True)
    time.sleep(10)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=work).start()
    time.sleep(60)
"""


def lives_on(folder: Path, first: str, seconds: float) -> bool:
    """Whether a worker that begins with ``first`` still lives ``seconds`` after its parent."""
    program = folder / "program.py"
    program.write_text(PROGRAM.format(first=first))
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"at work\n"
        parent.kill()
        try:
            # The end of what the worker says comes when it has ended, too.
            parent.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return True
    return False


def test_a_worker_ends_with_its_parent(tmp_path):
    assert not lives_on(tmp_path, "end_with_parent()", 9)


def test_without_it_a_worker_lives_on(tmp_path):
    assert lives_on(tmp_path, "pass", 1)
