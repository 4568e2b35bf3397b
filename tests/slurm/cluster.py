"""A private SLURM of one node on loopback, with pretended GPUs, wholly under one folder.

Needs root and Debian's slurmctld, slurmd, slurm-client and munge; `missing` says what there is not.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "munged")
PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
GPUS = 2
CLIENTS = ("srun", "sbatch", "squeue", "scancel", "scontrol", "sinfo")

# DefMemPerCPU: a job that names no memory would take all of it, and jobs would run one by one.
# batch_sched_delay, sched_interval: a waiting job starts at once when another ends.
# cred_expire: SLURM lets a job that lost its node wait that long before it starts again, else two minutes.
SETTINGS = """\
ClusterName=fixture
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={base}/run/munge.socket,cred_expire=5
CredType=cred/munge
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmctldPidFile={base}/run/slurmctld.pid
SlurmdPidFile={base}/run/slurmd.pid
SlurmctldLogFile={base}/log/slurmctld.log
SlurmdLogFile={base}/log/slurmd.log
StateSaveLocation={base}/state
SlurmdSpoolDir={base}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MailProg=/bin/true
JobCompType=jobcomp/filetxt
JobCompLoc={base}/log/finished.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=500
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
MinJobAge=600
KillWait=10
InactiveLimit=0
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=16000 Gres=gpu:fake:{gpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE OverTimeLimit=0 State=UP
"""


def missing():
    """What keeps a cluster from starting here, as text; None if nothing does."""
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    if lacking:
        return f"{', '.join(lacking)} not there: apt-get install {' '.join(PACKAGES)}"
    return None if os.geteuid() == 0 else "a cluster of one's own needs root"


class Cluster:
    """Daemons below `base`; `environment` is what a user of the cluster has."""

    def __init__(self, base):
        self.base = Path(base)
        self.host = socket.gethostname().partition(".")[0]
        for name in ("etc", "log", "run", "state", "spool", "munge", "dev", "bin"):
            (self.base / name).mkdir(parents=True, exist_ok=True)
        (self.base / "munge").chmod(0o700)
        self.environment = {
            **os.environ,
            "SLURM_CONF": str(self.base / "etc/slurm.conf"),
            "PATH": f"{self.base / 'bin'}:{os.environ['PATH']}",
        }

    def start(self):
        """Write the configuration, start the daemons, and wait until the node takes jobs."""
        self._configure()
        key = self.base / "munge/munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        run = self.base / "run"
        self._daemon(
            "munged", "--force", f"--key-file={key}", f"--socket={run}/munge.socket",
            f"--pid-file={run}/munged.pid", f"--log-file={self.base}/log/munged.log",
            f"--seed-file={self.base}/munge/seed",
        )  # fmt: skip
        self._daemon("slurmctld", "-c", "-f", self.environment["SLURM_CONF"])
        self.start_node()

    def start_node(self):
        """Start the node's daemon and wait until it takes jobs."""
        self._daemon("slurmd", "-c", "-f", self.environment["SLURM_CONF"], "-N", self.host)
        self.wait_for_state("idle", "mixed", "allocated")

    def lose_node(self):
        """Let the node fail, all processes on it at once, be found out by the controller, and come back."""
        jobs = self.processes()
        daemons = {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in jobs}
        self._kill("slurmd", signal.SIGKILL)
        for pid in daemons - jobs | jobs:  # the daemons of steps first, which would tell how their job ended
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # A controller finds out by itself after SlurmdTimeout, five minutes by default.
        self.ask("scontrol", "update", f"NodeName={self.host}", "State=DOWN", "Reason=lost")
        self.start_node()

    def processes(self):
        """Ids of all processes of jobs on the node."""
        lines = self.ask("scontrol", "listpids").splitlines()[1:]
        return {int(line.split()[0]) for line in lines if line.split()[0].isdigit()}

    def wait_for_state(self, *states):
        """Poll until the node is in one of `states`."""
        deadline = time.monotonic() + 60
        while self.ask("sinfo", "--noheader", "--format=%T").strip("*\n") not in states:
            if time.monotonic() > deadline:
                logs = [f"{p.name}: {p.read_text()[-2000:]}" for p in (self.base / "log").glob("*.log")]
                raise TimeoutError(f"the node did not become {states}:\n" + "\n".join(logs))
            time.sleep(0.2)

    def ask(self, *command):
        """Output of a client command."""
        done = subprocess.run(command, text=True, capture_output=True, env=self.environment, timeout=60)
        return done.stdout

    def job(self, rule):
        """Id of the one running job of a rule."""
        lines = self.ask("squeue", "--noheader", "--states=RUNNING", "--format=%i %k").splitlines()
        (number,) = [line.split()[0] for line in lines if f"rule_{rule}_" in line]
        return number

    def finished(self):
        """One dict per job that ended: its name, state, start, end, comment, ..."""
        path = self.base / "log/finished.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        return [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]

    def stop(self):
        """End exactly the daemons of this cluster, jobs first."""
        self.ask("scancel", "--user=root")
        for name in ("slurmd", "slurmctld", "munged"):
            self._kill(name, signal.SIGTERM)

    def _configure(self):
        ports = [_free_port() for _ in range(2)]
        settings = SETTINGS.format(base=self.base, host=self.host, ports=ports, gpus=GPUS)
        (self.base / "etc/slurm.conf").write_text(settings)
        for number in range(GPUS):  # slurmd wants character devices, so copies of /dev/null
            os.mknod(self.base / f"dev/nvidia{number}", 0o666 | 0o020000, os.makedev(1, 3))
        devices = f"{self.base}/dev/nvidia[0-{GPUS - 1}]"
        (self.base / "etc/gres.conf").write_text(f"NodeName={self.host} Name=gpu Type=fake File={devices}\n")
        (self.base / "etc/cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        # Snakemake's jobstep drops SLURM_CONF from the environment; on a real cluster it lies in /etc.
        for name in CLIENTS:
            self._program(name, f'SLURM_CONF={self.base}/etc/slurm.conf exec {shutil.which(name)} "$@"')
        self._program("sacct", "echo none")  # no accounting here; the plugin asks for an account all the same

    def _program(self, name, line):
        path = self.base / "bin" / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def _daemon(self, *command):
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=60)

    def _kill(self, name, how):
        path = self.base / "run" / f"{name}.pid"
        try:
            pid = int(path.read_text())
            if name in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, how)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return
        while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
            time.sleep(0.05)


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
