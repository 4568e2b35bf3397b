"""Which device a training computes on: slots for the GPUs of one machine, precision, number of processes."""

import contextlib
import fcntl
import logging
import os
import subprocess
import tempfile
import time
from pathlib import Path

import torch

from atlas.errors import AtlasError

_log = logging.getLogger("atlas.engine.devices")
_WAIT = 0.5  # seconds between looks for a free GPU


def place():
    """Device of this process: its own GPU where there is one, else the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
    return torch.device("cpu")


def autocast(precision):
    """Context in which models compute in bf16 or in 32-bit floats; weights are kept in 32 bits in both.

    Parameters
    ----------
    precision : ``"bf16"``, ``"fp32"``, or ``"auto"``: bf16 on a GPU that has it
    """
    device = place().type
    able = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    enabled = precision == "bf16" or (precision == "auto" and able)
    return torch.autocast(device, torch.bfloat16, enabled=enabled)


def wanted():
    """Number of GPUs that the model's entry asks for (`resources.gpus`), as the rule passes it on."""
    return int(os.environ.get("ATLAS_GPUS", 0))


def visible():
    """Ids of the machine's GPUs that this process may use."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given is not None:
        return [name.strip() for name in given.split(",") if name.strip()]
    query = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    try:
        found = subprocess.run(query, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        return []
    return found.stdout.split() if found.returncode == 0 else []


@contextlib.contextmanager
def slots(number):
    """Take `number` of the machine's GPUs for the block, and let only them be seen; wait until they are free.

    A slot is a lock on a file, which the kernel frees at any death. Who wants none computes on the processor.
    Under SLURM what the job was given is used as it is.

    Raises
    ------
    AtlasError
        If more are wanted than there are.
    """
    given = "SLURM_JOB_ID" in os.environ
    names = visible() if number or given else []
    if number > len(names):
        raise AtlasError(
            f"the model's entry asks for `gpus: {number}`, but this {'SLURM job' if given else 'machine'}"
            f" shows {len(names) or 'none'}. Lower it (0 computes on the processor), or run where there are"
            " as many."
        )
    if given:
        yield names
        return
    held = _take(names, number)
    before = os.environ.get("CUDA_VISIBLE_DEVICES")
    os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(held)
    try:
        yield list(held)
    finally:
        for lock in held.values():
            lock.close()
        os.environ.pop("CUDA_VISIBLE_DEVICES")
        if before is not None:
            os.environ["CUDA_VISIBLE_DEVICES"] = before


def _take(names, number):
    folder = Path(tempfile.gettempdir()) / f"atlas-gpus-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    told = False
    while True:
        # All or nothing under one lock, so that no two jobs each hold a part of what both want.
        with open(folder / "all.lock", "w") as everything:
            fcntl.flock(everything, fcntl.LOCK_EX)
            held = {}
            for name in names:
                if len(held) < number and (lock := _try(folder / f"gpu-{name}.lock")):
                    held[name] = lock
            if len(held) == number:
                return held
            for lock in held.values():
                lock.close()
        if not told:
            _log.info("waiting for %d of the GPUs %s", number, ", ".join(names))
        told = True
        time.sleep(_WAIT)


def _try(path):
    lock = open(path, "a")  # noqa: SIM115 (held until the block ends)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
