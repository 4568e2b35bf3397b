"""The state of a training on disk, so that one that was killed goes on from its last save.

One file holds everything, is replaced whole, and is removed when the checkpoint is written. It lies beside
the checkpoint under the training's key, so a changed recipe never meets the state of another.
"""

import contextlib
import hashlib
import json
import logging
import os
import signal
import time

import safetensors
import safetensors.torch
import torch

from atlas.errors import AtlasError
from atlas.files import replacing

_log = logging.getLogger("atlas.engine.resume")
_MINUTES = 10  # between saves, unless ATLAS_SAVE_MINUTES says otherwise


class Interrupted(AtlasError):
    """The job was told to end; its state is saved."""


class Store:
    """Where one training keeps its state; without a folder it keeps none.

    Parameters
    ----------
    folder : made when first needed
    """

    def __init__(self, folder=None):
        self._path = folder and folder / "state.safetensors"
        self._minutes = float(os.environ.get("ATLAS_SAVE_MINUTES", _MINUTES))
        self._saved = time.monotonic()

    def due(self):
        """Whether it is time for another save."""
        return self._path is not None and time.monotonic() - self._saved >= 60 * self._minutes

    def facts(self):
        """What the last save noted beside its tensors, or None without a whole save."""
        if self._path is None or not self._path.exists():
            return None
        try:
            with safetensors.safe_open(self._path, framework="pt") as opened:
                noted = opened.metadata()
            if noted["digest"] == _digest(self.tensors(), noted["facts"]):
                return json.loads(noted["facts"])
            reason = "has other content than when it was saved"
        except (OSError, KeyError, TypeError, safetensors.SafetensorError) as error:
            reason = str(error)
        _log.warning("%s: %s; the training starts again", self._path, reason)
        return None

    def tensors(self):
        """Tensors of the last save by name."""
        return safetensors.torch.load_file(self._path)

    def save(self, tensors, facts):
        """Replace the last save. A full disk costs the save, not the training."""
        if self._path is None:
            return
        self._saved = time.monotonic()
        try:
            with replacing(self._path) as temporary:
                tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
                told = json.dumps(facts)
                noted = {"facts": told, "digest": _digest(tensors, told)}
                safetensors.torch.save_file(tensors, temporary, noted)
        except (OSError, safetensors.SafetensorError) as error:
            _log.warning("state not saved, an earlier one stays: %s", error)


def _digest(tensors, facts):
    digest = hashlib.sha256(facts.encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].cpu().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


class Signals:
    """Within the block SIGTERM and SIGUSR1 (which SLURM sends before a time limit) ask for an end."""

    def __enter__(self):
        self.received, self._before = None, {}
        with contextlib.suppress(ValueError):  # only a main thread may handle signals
            for number in (signal.SIGTERM, signal.SIGUSR1):
                self._before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number, frame):
        self.received = signal.Signals(number).name

    def __exit__(self, *error):
        for number, handler in self._before.items():
            signal.signal(number, handler)
