from __future__ import annotations

import pytest

from helpers.benchmarks import SmallBenchmark


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> SmallBenchmark:
    """Not to be changed."""
    return SmallBenchmark(tmp_path_factory.mktemp("benchmark"))
