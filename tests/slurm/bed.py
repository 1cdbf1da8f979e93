#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Slurm on this machine, in one folder and without a service: munged, slurmctld, one slurmd per
node. For root, who starts and ends it:

    with Bed(folder, nodes=2, cpus_per_node=1) as bed:
        subprocess.run(["sbatch", ...], env=bed.environment)
        bed.kill_node("n0")      # its daemon and what runs on it, as a power cut would
"""
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import time

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"]
START_SECONDS = 30  # a loaded machine; a quiet one takes half a second
FOLDERS = "/usr/sbin:/usr/bin:/sbin:/bin"


def missing_programs():
    """Those of Slurm and munge that are not installed."""
    from shutil import which
    return [name for name in PROGRAMS if which(name, path=FOLDERS) is None]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(what, condition):
    end = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not come up within {START_SECONDS} s")
        time.sleep(0.05)


def kill_all(processes):
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Bed:
    def __init__(self, folder, nodes=2, cpus_per_node=1):
        self.folder = pathlib.Path(folder)
        self.nodes = [f"n{number}" for number in range(nodes)]
        self.cpus_per_node = cpus_per_node
        self.environment = dict(os.environ, SLURM_CONF=str(self.folder / "slurm.conf"))
        self.environment["PATH"] += os.pathsep + FOLDERS
        self.daemons = {}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.write_configuration()
        self.start_munge()
        self.start_daemon("slurmctld", ["slurmctld", "-D", "-c"])
        for node in self.nodes:
            self.start_daemon(node, ["slurmd", "-D", "-N", node])
        wait_for("Slurm", lambda: self.states() == ["idle"] * len(self.nodes))

    def write_configuration(self):
        host = socket.gethostname()
        controller, *ports = free_ports(1 + len(self.nodes))
        lines = f"""ClusterName=bed
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
AuthInfo=socket={self.folder}/munge.socket,cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool.%n
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/slurmd.%n.pid
SlurmctldLogFile={self.folder}/slurmctld.log
SlurmdLogFile={self.folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
JobRequeue=1
RequeueExit=75
ReturnToService=2
MpiDefault=none
SwitchType=switch/none
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
""".splitlines()
        lines += [f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
                  f"CPUs={self.cpus_per_node}" for node, port in zip(self.nodes, ports)]
        lines += ["PartitionName=sweeps Nodes=ALL Default=YES MaxTime=INFINITE State=UP"]
        (self.folder / "slurm.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "state").mkdir(exist_ok=True)

    def start_munge(self):
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        self.start_daemon("munged", [
            "munged", "--foreground", "--force", f"--key-file={key}",
            f"--socket={self.folder}/munge.socket", f"--pid-file={self.folder}/munged.pid",
            f"--log-file={self.folder}/munged.log", f"--seed-file={self.folder}/munged.seed"])
        wait_for("munge", lambda: (self.folder / "munge.socket").exists())

    def start_daemon(self, name, command):
        log = open(self.folder / f"{name}.out", "ab")
        self.daemons[name] = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                              stdout=log, stderr=log, start_new_session=True)
        log.close()

    def states(self):
        """Of the nodes, in order: "idle", "mixed", "down"."""
        done = subprocess.run(["sinfo", "-h", "-N", "-o", "%N %T"], env=self.environment, text=True,
                              capture_output=True, timeout=START_SECONDS)
        return [line.split()[1].rstrip("*") for line in sorted(set(done.stdout.splitlines()))]

    def processes_of(self, node):
        """What a node's tasks run; slurmd puts its name into their environment."""
        found = set()
        marks = [f"SLURMD_NODENAME={node}", f"SLURM_CONF={self.folder}/slurm.conf"]
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                variables = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
            except OSError:  # it has ended, or is not ours
                continue
            if all(mark in variables for mark in marks):
                found.add(int(entry.name))
        return found

    def kill_node(self, node):
        """SIGKILL to the node's daemon and everything it runs; the controller is told that it is down."""
        self.daemons[node].kill()  # first, or it would still tell of the end of its tasks
        self.daemons.pop(node).wait()
        kill_all(self.processes_of(node))
        self.control("update", f"NodeName={node}", "State=DOWN", "Reason=killed")

    def control(self, *arguments):
        subprocess.run(["scontrol", *arguments], env=self.environment, check=True,
                       timeout=START_SECONDS)

    def stop(self):
        if "slurmctld" in self.daemons:
            subprocess.run(["scancel", "--full", "-u", "root"], env=self.environment,
                           capture_output=True, timeout=START_SECONDS)
        for name in list(self.daemons):
            self.daemons[name].send_signal(signal.SIGTERM if name == "munged" else signal.SIGKILL)
            self.daemons.pop(name).wait()
        for node in self.nodes:
            kill_all(self.processes_of(node))
