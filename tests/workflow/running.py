"""Runs Snakemake as a user does, in a folder of its own."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
# Processes that have imported what does not change from call to call, but not yet onesun: they
# take less than half as long as new ones.
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["snakemake.cli", "snakemake.api", "astropy.io.fits", "pydantic"])


def shipped_config() -> dict[str, Any]:
    """The configuration that comes with OneSun; aliases are copies, free to be changed."""
    return _shipped("config.yaml")


def shipped_release() -> dict[str, Any]:
    """What is laid over it for the networks that come with the package."""
    return _shipped("release.yaml")


def _shipped(name: str) -> dict[str, Any]:
    text = (ROOT / "config" / name).read_text(encoding="utf-8")
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


def small_release() -> dict[str, Any]:
    """To be laid over the small configuration: all stages of the release, few frames and steps."""
    config = shipped_release()
    config["sample"]["frames"] = 2
    training = config["training"]
    training |= {"epochs": 1, "validation_frames": 1, "held_out_tiles": {"size": 32, "every": 7}}
    training["sampling"] |= {"size": 32, "per_frame": 16}
    config["errors"] |= {"frames_per_month": 2, "fewest": 20}
    config["fitting"]["ridge"] |= {"kernels": [3]}
    return config


def run_snakemake(
    folder: Path, config: dict[str, Any] | None, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Call Snakemake in ``folder`` with a configuration; standard error goes to stdout.

    Without a configuration, the one that lies there is used.
    """
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *_words(folder, config, *arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def plan_snakemake(
    folder: Path, config: dict[str, Any] | None, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """As `run_snakemake`, in a forked process: for dry runs, refusals and what runs in seconds."""
    words = _words(folder, config, *arguments)
    with tempfile.NamedTemporaryFile() as printed:
        process = FORKED.Process(target=_exit_as_snakemake, args=(words, Path(printed.name)))
        process.start()
        process.join()
        text = printed.read().decode("utf-8")
    return subprocess.CompletedProcess(words, process.exitcode, text)


def pretend(run: Path, summary: str) -> None:
    """Make every output of a run, but empty; ``summary`` is what Snakemake's --summary printed."""
    header, *outputs = re.findall(r"^(.+?)\t", summary, re.M)
    assert header == "output_file"
    for path in (run / output for output in outputs):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Folders have no suffix, but for Zarr's.
        path.touch() if path.suffix not in ("", ".zarr") else path.mkdir()


def be_snakemake(words: list[str], printed: Path) -> Any:
    """Run Snakemake, in a forked process, with the package beside the Snakefile; its exit code.

    Parameters
    ----------
    words : arguments, of which the first two are --snakefile and the path of ours.
    printed : file for what it prints.
    """
    with open(printed, "w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.path.insert(0, str(Path(words[1]).parent / "workflow"))
    from snakemake.cli import main

    try:
        main(words)
    except SystemExit as stop:
        return stop.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _exit_as_snakemake(words: list[str], printed: Path) -> None:
    sys.exit(be_snakemake(words, printed))


def _words(folder: Path, config: dict[str, Any] | None, *arguments: str) -> list[str]:
    """Snakemake's arguments, once the configuration is written."""
    if config is not None:
        (folder / "config").mkdir(exist_ok=True)
        text = yaml.safe_dump(config, allow_unicode=True)
        (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")
    return [
        *("--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)),
        *("--cores", "2", *arguments),
    ]
