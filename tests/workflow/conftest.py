"""What the tests of the rules may ask for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from running import plan_snakemake, shipped_config


@pytest.fixture
def shipped() -> dict[str, Any]:
    return shipped_config()


@pytest.fixture
def snakemake(tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`plan_snakemake` in an empty folder."""
    return partial(plan_snakemake, tmp_path)
