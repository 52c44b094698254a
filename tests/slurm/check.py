"""Runs the sample through a real SLURM and compares its Table 1 with that of a local run.

    make test-slurm                   the tests' small sample: minutes
    make test-slurm SAMPLE=whole      the sample as it is shipped, here also on one core

Installs Debian's SLURM where it may, starts a throw-away cluster in a temporary folder and stops it
again, whatever happens. Where there can be no cluster it says so in a sentence; that is no failure.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from cluster import ENDING, Cluster, missing_programs

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
from running import ROOT, shipped_config, small_config

PROFILE = ROOT / "profiles" / "slurm"
# What a cluster that lives for minutes on a few cores has different from a real one.
HERE = (
    *("--workflow-profile", str(PROFILE), "--jobs", "8"),
    *("--max-threads", "2", "--latency-wait", "15"),
    *("--seconds-between-status-checks", "2", "--slurm-init-seconds-before-status-checks", "2"),
    *("--slurm-partition-config", str(Path(__file__).with_name("partitions.yaml"))),
)
# The rest of set-resources gives way to one on the command line.
TWO_GPUS = ("--set-resources", "train:gpu=2", "train:mem_mb=8000", "train:runtime=60")
TABLE = "results/table1.csv"
MODEL = "results/models/mdi-hmi/onesun"
# GPUs stand under what a job asked for: without accounting, TRES has no word for them.
COLUMNS = (
    "JobID:6,Comment:52,Partition:10,State:11,TimeUsed:9,TimeLimit:11,NumCPUs:5,MinMemory:11,"
    "tres-per-job:12"
)


class CheckError(Exception):
    """What is not as it should be, in a sentence."""


def main() -> None:
    """Check, and say what was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sample", choices=("small", "whole"), default="small")
    sample = arguments.parse_args().sample
    for number in ENDING:
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    reason = install()
    if reason:
        print(f"test-slurm: skipped, for {reason}")
        return
    folder = Path(tempfile.mkdtemp(prefix="onesun-slurm-"))
    cpus = max(2, os.cpu_count() or 1)
    config, cores = (small_config(), [cpus]) if sample == "small" else (shipped_config(), [cpus, 1])
    try:
        compare(folder, config, cpus, cores)
    except (CheckError, TimeoutError, subprocess.TimeoutExpired) as failure:
        sys.exit(f"test-slurm: {failure}\n  (all it left is in {folder})")
    except SystemExit:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder)
    print("test-slurm: passed")


def install() -> str | None:
    """Install SLURM if it is absent; the reason if that cannot be."""
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        return "snakemake-executor-plugin-slurm is not installed (pip install -e '.[slurm]')"
    missing = missing_programs()
    if missing and (os.geteuid() != 0 or shutil.which("apt-get") is None):
        return (
            f"SLURM is not installed ({', '.join(missing)} not found) and only root may install "
            "it, with Debian's apt-get"
        )
    if missing:
        print("Installing SLURM (apt-get install slurm-wlm munge)", flush=True)
        quiet = ("apt-get", "-qq", "-o=Dpkg::Use-Pty=0")
        packages = ("--yes", "--no-install-recommends", "slurm-wlm", "munge")
        for command in ((*quiet, "update"), (*quiet, "install", *packages)):
            environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            run = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8")
            if run.returncode:
                last = (run.stderr.strip() or run.stdout.strip()).splitlines()[-1:]
                return f"SLURM cannot be installed here: {' '.join(command)}: {''.join(last)}"
    return None


def compare(folder: Path, config: dict[str, Any], cpus: int, cores: list[int]) -> None:
    """Run the sample through SLURM, and here on so many cores; raise CheckError if they differ."""
    (folder / "cluster").mkdir()
    with Cluster(folder / "cluster", cpus, memory_mb=64_000, gpus=2) as cluster:
        slurm = Workflow(folder / "slurm", config, cluster.environment)
        slurm.run(*HERE, "--", TABLE)
        expected = sha256(slurm.folder / TABLE)
        print(f"{expected}  {TABLE}", flush=True)
        check_requests(jobs(cluster))
        check_two_gpus(cluster, slurm)
        print("\n" + cluster.ask("squeue", "--states=all", "--sort=i", f"--Format={COLUMNS}"))
        print("The job on two GPUs:\n")
        print(cluster.ask("scontrol", "show", "job", jobs(cluster)[-1]["JobId"]), flush=True)
    for count in cores:
        local = Workflow(folder / f"cores-{count}", config, os.environ)
        local.run("--cores", str(count), "--", TABLE)
        found = sha256(local.folder / TABLE)
        print(f"{found}  {TABLE}", flush=True)
        if found != expected:
            raise CheckError(f"{TABLE}: found other bytes on {count} cores, expected SLURM's")


class Workflow:
    """OneSun in a folder of its own."""

    def __init__(self, folder: Path, config: dict[str, Any], environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        (folder / "config").mkdir(parents=True)
        text = yaml.safe_dump(config, allow_unicode=True)
        (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """What Snakemake prints; raises CheckError with the end of it if it fails."""
        name, started = self.folder.name, time.monotonic()
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
            *("--directory", str(self.folder), *arguments),
        ]
        run = subprocess.run(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=3600,
        )
        with open(self.folder / "snakemake.log", "a", encoding="utf-8") as log:
            log.write(run.stdout)
        if run.returncode:
            last = "\n".join(run.stdout.splitlines()[-40:])
            raise CheckError(f"{name}: Snakemake ended with {run.returncode}\n{last}")
        seconds = time.monotonic() - started
        print(f"{name}: {arguments[-1]} in {seconds:.0f} s", flush=True)
        return run.stdout


def jobs(cluster: Cluster) -> list[dict[str, str]]:
    """What SLURM knows of each job, the oldest first; and its "rule" and "gpus"."""
    lines = cluster.ask("scontrol", "--oneliner", "show", "job").splitlines()
    found = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in lines]
    for job in found:
        job["rule"] = re.sub(r"^rule_|_wildcards_.*", "", job["Comment"])
        job["gpus"] = job.get("TresPerJob", "").removeprefix("gres:gpu:") or "0"
    return sorted(found, key=lambda job: int(job["JobId"]))


def check_requests(found: list[dict[str, str]]) -> None:
    """Each job asked for what the profile says of its rule, and networks for a GPU."""
    profile = yaml.safe_load((PROFILE / "profile.yaml").read_text("utf-8"))["set-resources"]
    for job in found:
        asks = profile[job["rule"]]
        mem_mb, runtime = (eval(asks[name], {"attempt": 1}) for name in ("mem_mb", "runtime"))
        uses_one = job["rule"] in ("train", "errors", "coverage", "predict")
        network = uses_one and "onesun" in job["Comment"]
        wanted = {
            "MinMemoryNode": f"{mem_mb}M",
            "TimeLimit": f"{runtime // 60:02}:{runtime % 60:02}:00",
            "Partition": "gpu" if network else "cpu",
            "gpus": "1" if network else "0",
        }
        got = {name: job[name] for name in wanted}
        if got != wanted:
            raise CheckError(f"{job['Comment']}: found {got}, expected {wanted}")


def check_two_gpus(cluster: Cluster, workflow: Workflow) -> None:
    """Two GPUs are one job of two processes, and no reason to train again."""
    plan = workflow.run(*HERE, *TWO_GPUS, "--dry-run", "--", TABLE)
    if "Nothing to be done" not in plan:
        raise CheckError(f"another number of GPUs retrains, expected nothing to be done\n{plan}")
    workflow.run(*HERE, *TWO_GPUS, "--force", "--", f"{MODEL}/weights.safetensors")
    *_, job = jobs(cluster)
    card = json.loads((workflow.folder / MODEL / "card.json").read_text("utf-8"))
    if (job["gpus"], card["processes"]) != ("2", 2):
        raise CheckError(
            f"found {job['gpus']} GPUs and {card['processes']} processes, expected two of each"
        )


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
