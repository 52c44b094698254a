"""Runs Snakemake as a user does, in a folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def shipped_config() -> dict[str, Any]:
    """The configuration that comes with OneSun; aliases are copies, free to be changed."""
    text = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
    return json.loads(json.dumps(yaml.safe_load(text)))


def small_config() -> dict[str, Any]:
    """The shipped configuration on 1024² and 256² pixels, one frame a month, a tiny network."""
    config = shipped_config()
    config["sample"] |= {"frames": 1, "mdi_intervals": [300]}
    config["grid"] |= {"target_size": 1024, "target_scale": 4 * 0.504273}
    config["align"]["tile"] = 64
    config["networks"]["onesun"] |= {"channels": 8, "blocks": 1}
    config["training"] |= {"epochs": 1, "batch": 8}
    config["search"]["weights"] = {"gradient": [5]}
    config["table1"]["bootstrap"]["resamples"] = 10
    return config


def run_snakemake(
    folder: Path, config: dict[str, Any] | None, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Call Snakemake in ``folder`` with a configuration; standard error goes to stdout.

    Without a configuration, the one that lies there is used.
    """
    if config is not None:
        (folder / "config").mkdir(exist_ok=True)
        text = yaml.safe_dump(config, allow_unicode=True)
        (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")
    return subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
            *("--directory", str(folder), "--cores", "2", *arguments),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
