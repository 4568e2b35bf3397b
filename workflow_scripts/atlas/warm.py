"""Start a stage without the seconds that importing torch and transformers costs.

The first stage of a run starts a server that has the heavy libraries imported and forks itself for every
stage that asks, which takes milliseconds. It is only a faster start: a stage without a server runs as it
is. The server serves one user, one Python and one state of the code, and ends after a minute without work.
"""

import contextlib
import fcntl
import hashlib
import importlib
import inspect
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

from atlas import stage
from atlas.errors import AtlasError

HEAVY = ("torch", "transformers", "accelerate", "atlas.engine.attempts", "atlas.engine.predictor")
_IDLE = 60  # seconds without work after which the server ends
_GRACE = 30  # seconds that a stage whose client was killed has to save its state
_START = 60  # seconds that a first stage waits for the server before it goes on by itself


def run(function, is_made):
    """Run a stage as `stage.run` does, in a fork of the server where that is possible and worth it.

    Parameters
    ----------
    is_made : function of the stage's keywords that says whether there is nothing left to compute
    """
    arguments = sys.argv[1:]
    forked = _allowed() and not _said(is_made, stage.parse(function, arguments))
    status = _call(inspect.getsourcefile(function), arguments) if forked else None
    if status is None:
        stage.run(function, arguments)
    else:
        raise SystemExit(status)


def _said(is_made, given):
    given.pop("log", None)
    try:
        return is_made(**given)
    except AtlasError:
        return False  # the stage itself meets it, and tells


def _allowed():
    """Whether a fork can do the work: on a machine of one's own, without an accelerator.

    A cluster gives every job its own limits, which a server would escape; and CUDA does not survive a fork.
    """
    return (
        os.environ.get("ATLAS_WARM", "1") != "0"
        and "SLURM_JOB_ID" not in os.environ
        and not Path("/dev/nvidiactl").exists()
        and sys.platform == "linux"
    )


def _call(script, arguments):
    """Exit status of the stage in a fork with our folder, environment and output; None without a server."""
    job = {
        "script": script,
        "arguments": arguments,
        "folder": os.getcwd(),
        "env": dict(os.environ),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
    }
    with contextlib.suppress(OSError), _connect() as connection:
        socket.send_fds(connection, [json.dumps(job).encode() + b"\n"], [1, 2])
        # Nothing but the status comes back. If we are killed, the fork sees the end and dies too.
        status = connection.recv(16)
        return int(status) if status else 1
    return None


def _connect():
    path = _folder() / f"{_identity()}.sock"
    with open(_folder() / "start.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two first stages start one server
        connection = _try(path)
        if connection is None:
            path.unlink(missing_ok=True)
            subprocess.Popen(
                [sys.executable, "-m", "atlas.warm", path],
                env={**os.environ, **stage.OFFLINE, "PYTHONPATH": str(Path(__file__).parents[1])},
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            connection = _wait(path)
    return connection


def _wait(path):
    until = time.monotonic() + _START
    while time.monotonic() < until:
        if connection := _try(path):
            return connection
        time.sleep(0.05)
    raise TimeoutError(path)


def _try(path):
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        return None
    return connection


def _folder():
    folder = Path(tempfile.gettempdir()) / f"atlas-warm-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(folder)
    return folder


def _identity():
    """Name of the server that has this Python, these packages and this code imported, in this container."""
    packages = os.stat(sysconfig.get_path("purelib")).st_mtime_ns
    digest = hashlib.sha256(f"{sys.executable} {packages} {os.readlink('/proc/self/ns/mnt')}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


class _Job(socketserver.BaseRequestHandler):
    """One stage, in a forked process of its own."""

    def handle(self):
        message, outputs, _, _ = socket.recv_fds(self.request, 1 << 20, 2)
        while not message.endswith(b"\n"):
            message += self.request.recv(1 << 20)
        job = json.loads(message)
        for ours, theirs in zip((1, 2), outputs, strict=True):
            os.dup2(theirs, ours)
        os.chdir(job["folder"])
        os.environ.clear()
        os.environ.update(job["env"])
        with contextlib.suppress(PermissionError):  # the server may run at a lower priority
            os.setpriority(os.PRIO_PROCESS, 0, job["priority"])
        threading.Thread(target=self._die_with_client, daemon=True).start()
        self.request.sendall(str(_run(job)).encode())

    def _die_with_client(self):
        """End as the client did; a training is told first, so that it saves its state."""
        if not self.request.recv(1):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(_GRACE)
            os.kill(os.getpid(), signal.SIGKILL)


def _run(job):
    """Exit status of the stage function of the script, called as the script itself would."""
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    name = Path(job["script"]).stem
    try:
        stage.perform(getattr(importlib.import_module(name), name), job["arguments"])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    max_children = 1000
    timeout = _IDLE

    def handle_timeout(self):
        super().handle_timeout()
        if not self.active_children:
            raise SystemExit


def serve(path):
    """Import what is heavy, then fork for every job until there has been none for a minute."""
    for name in HEAVY:
        importlib.import_module(name)
    with _Server(str(path), _Job) as server:
        while True:
            server.handle_request()
            server.service_actions()  # jobs that have ended leave the table of processes


if __name__ == "__main__":
    serve(sys.argv[1])
