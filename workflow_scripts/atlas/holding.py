"""Locks that the kernel frees when their holder dies: one run of a study, one training of a checkpoint.

Snakemake's own lock outlives a killed run and has to be removed by hand; the profiles switch it off.
Standard library only: the Snakefile reads this module.
"""

import contextlib
import datetime
import fcntl
import logging
import os
import socket

from atlas.errors import AtlasError

_log = logging.getLogger("atlas.holding")
NAME = ".run.lock"
_held = []  # open for as long as this process lives


def hold(results):
    """Take the study's lock until this process ends.

    Parameters
    ----------
    results : folder of the study's results

    Raises
    ------
    AtlasError
        If another run of the study is at work, or the folder cannot be written.
    """
    try:
        results.mkdir(parents=True, exist_ok=True)
        stream = open(results / NAME, "a+", encoding="utf-8")  # noqa: SIM115 (lives as long as we do)
    except OSError as error:
        raise _unwritable(results, error) from None
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        raise AtlasError(
            f"{results}: another run of this study is at work ({stream.read().strip()}). Wait until it has"
            " ended, or stop it; nothing was started."
        ) from None
    except OSError:
        return  # a file system without locks: two runs would do the same work, each file whole
    _held.append(stream)
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    try:
        stream.truncate(0)
        stream.write(f"process {os.getpid()} on {socket.gethostname()}, since {now}\n")
        stream.flush()
    except OSError as error:
        raise _unwritable(results, error) from None


def _unwritable(results, error):
    return AtlasError(
        f"{results}: cannot be written ({error.strerror}). Make room or permit it, or run elsewhere; nothing"
        " was started."
    )


@contextlib.contextmanager
def only_one(folder, what):
    """Hold the lock of a folder for as long as this process lives; wait for an orphan that still holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".training.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _log.info("waiting for another process that still trains %s", what)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
