"""A throw-away SLURM of one node: ordinary processes in one folder, no systemd, no cgroups."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel")
PATIENCE = 30  # seconds that a daemon gets to start or to stop
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HOST = socket.gethostname().split(".")[0]

SLURM_CONF = """\
ClusterName=onesun
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.socket
SlurmctldPort={controller_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd.pid
# Nothing that needs root's control groups: limits of memory are asked for, not enforced.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=bf_interval=1
# Finished jobs are to be seen until the end: there is no accounting.
MinJobAge=86400
KillWait=10
ReturnToService=2
# The node has what this file says, whatever the machine has.
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory_mb} Gres=gpu:{gpus}
PartitionName=cpu Nodes={host} Default=YES MaxTime=2-00:00:00
PartitionName=gpu Nodes={host} MaxTime=2-00:00:00
"""


def missing_programs() -> list[str]:
    """What has to be installed before a cluster can be started."""
    return [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]


class Cluster:
    """A SLURM whose daemons are children of this process, from the `with` to the end of its block.

    Attributes
    ----------
    environment : what a program needs in its environment to find this SLURM, and no other.
    """

    def __init__(self, folder: Path, cpus: int, memory_mb: int, gpus: int) -> None:
        self.folder = folder
        self.size = {"cpus": cpus, "memory_mb": memory_mb, "gpus": gpus}
        self.environment = os.environ | {
            "SLURM_CONF": f"{folder}/slurm.conf",
            "PATH": f"{folder}/bin:{_path()}",
        }
        self._daemons: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        try:
            self._configure()
            self._start_munged()
            self._start("slurmctld", "-D", "-c")
            self._start("slurmd", "-D", "-c")
            self._wait(lambda: self.ask("sinfo", "-h", "-o", "%T").strip() == "idle", "the node")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ask(self, *command: str) -> str:
        """What one of SLURM's commands prints; nothing where it fails."""
        run = subprocess.run(
            command, env=self.environment, capture_output=True, encoding="utf-8", timeout=PATIENCE
        )
        return run.stdout if run.returncode == 0 else ""

    def stop(self) -> None:
        """Cancel what still runs, then stop every daemon that was started, the last one first.

        Another Ctrl-C meanwhile does not leave the rest of them behind.
        """
        before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING}
        if len(self._daemons) > 1:
            # Those that run, with all they started, at once; then those that wait.
            self.ask("scancel", "--full", "--signal=KILL", "--user", _user())
            self.ask("scancel", "--user", _user())
            self._wait(lambda: not self.ask("squeue", "-h"), "cancelled jobs", strict=False)
        while self._daemons:
            daemon = self._daemons.pop()
            daemon.terminate()
            try:
                daemon.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for number, handler in before.items():
            signal.signal(number, handler)

    def _configure(self) -> None:
        for name in ("bin", "log", "run", "spool", "state"):
            (self.folder / name).mkdir()
        controller_port, node_port = _free_ports(2)
        text = SLURM_CONF.format(
            host=HOST,
            user=_user(),
            folder=self.folder,
            controller_port=controller_port,
            node_port=node_port,
            **self.size,
        )
        (self.folder / "slurm.conf").write_text(text, encoding="utf-8")
        # Terminals stand in for GPUs: SLURM sets CUDA_VISIBLE_DEVICES for numbered devices only.
        gpus = self.size["gpus"]
        devices = [f"/dev/tty{number}" for number in range(gpus)]
        there = all(Path(device).is_char_device() for device in devices)
        what = f"File={','.join(devices)}" if there else f"Count={gpus}"
        (self.folder / "gres.conf").write_text(f"NodeName={HOST} Name=gpu {what}\n")
        # The plugin's inner srun loses SLURM_CONF (and every name in SLURM_ but a few), which a
        # cluster with an /etc/slurm/slurm.conf never notices.
        srun = self.folder / "bin" / "srun"
        real = shutil.which("srun", path=_path())
        srun.write_text(f'#!/bin/sh\nSLURM_CONF="{self.folder}/slurm.conf" exec "{real}" "$@"\n')
        srun.chmod(0o755)

    def _start_munged(self) -> None:
        """Start a munge of our own, with its own key; another one of the machine is left alone."""
        run = self.folder / "run"
        (run / "munge.key").write_bytes(secrets.token_bytes(1024))
        (run / "munge.key").chmod(0o400)
        self._start(
            *("munged", "--foreground", "--force"),
            *(f"--key-file={run}/munge.key", f"--socket={run}/munge.socket"),
            *(f"--pid-file={run}/munged.pid", f"--seed-file={run}/munged.seed"),
            f"--log-file={self.folder}/log/munged.log",
        )
        self._wait((run / "munge.socket").exists, "munged")

    def _start(self, *command: str) -> None:
        with open(self.folder / "log" / f"{command[0]}.out", "wb") as log:
            daemon = subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us, who then stop the daemons in their order.
                start_new_session=True,
            )
        self._daemons.append(daemon)

    def _wait(self, ready, what: str, strict: bool = True) -> None:
        """Wait until ``ready()``, or tell what the daemons say of it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if ready():
                return
            time.sleep(0.2)
        if strict:
            for log in sorted((self.folder / "log").iterdir()):
                lines = log.read_text("utf-8", "replace").splitlines()[-15:]
                print(f"== {log.name}", *lines, sep="\n", file=sys.stderr)
            raise TimeoutError(f"{what}: not ready after {PATIENCE} s, see {self.folder}/log")


def _path() -> str:
    """The search path; Debian keeps daemons where an ordinary user does not look."""
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"


def _user() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
