"""The one adaptor between a job's command line and a stage function.

A rule calls ``python workflow_scripts/<rule>.py --name value ... --log FILE``. The names are those of the
stage function's keywords, so a stage can be run by hand and tested without Snakemake.
"""

import errno
import inspect
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import NewType

from atlas import records, tokens
from atlas.errors import AtlasError

_log = logging.getLogger("atlas")

Output = NewType("Output", Path)  # annotates the keywords of a stage that it writes


# Set before any Hugging Face library is imported.
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
_QUIET = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "TOKENIZERS_PARALLELISM": "false"}


def run(stage, arguments=None, offline=True):
    """Call `stage` with `arguments` (default: the command line) as keywords.

    Parameters
    ----------
    stage : function with keyword-only parameters
    offline : keep the Hugging Face libraries off the network; only the fetch stages may switch it off
    """
    os.environ.update({**_QUIET, **(OFFLINE if offline else {})})
    perform(stage, sys.argv[1:] if arguments is None else list(arguments))


def perform(stage, arguments):
    """Parse `arguments`, call `stage`, and tell how it ended.

    `spec` is read as JSON, `code` stays text; everything else is a path, or a list of paths if the
    function annotates the keyword as list. All output goes to the log file; the terminal sees one line at
    the end, or a message for people if it fails.
    """
    given = parse(stage, arguments)
    log = given.pop("log", None)
    if log is not None:
        os.environ["ATLAS_LOG"] = str(log)  # beside it lies what a training reports
    terminal = _redirect_output(log)
    name = _title(stage, log)
    started = time.monotonic()
    try:
        summary = stage(**given)
        seconds = time.monotonic() - started
        told = given.get("spec"), given.get("code")
        records.write(log, stage.__name__, *told, *_artifacts(stage, given), seconds)
    except AtlasError as error:
        _log.error("%s", error)
        _fail(terminal, f"{name}: {error}", log)
    except Exception as error:
        _log.exception("%s failed", name)
        _fail(terminal, f"{name}: {_told(error, _artifacts(stage, given)[1])}", log)
    line = f"{name}: {summary or 'done'} ({seconds:.0f} s)"
    _log.info("%s", line)
    print(line, file=terminal, flush=True)


def _told(error, outputs):
    """What happened, in one line."""
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) and outputs:
        return (
            f"{outputs[0].parent}: no space left on the disk. Nothing half-written is left there; free some"
            " space, and run the same command again."
        )
    return f"{type(error).__name__}: {error}"


def _artifacts(stage, given):
    """Paths among the arguments: what the stage read, and what it wrote."""
    parameters = inspect.signature(stage).parameters
    inputs, outputs = [], []
    for name, value in given.items():
        paths = value if isinstance(value, list) else [value] * isinstance(value, Path)
        (outputs if parameters[name].annotation is Output else inputs).extend(paths)
    return inputs, outputs


def parse(stage, arguments):
    """Keyword -> value of a stage's command line, `log` among them if it is given."""
    parameters = inspect.signature(stage).parameters
    given, name = {}, None
    for word in arguments:
        if word.startswith("--") and (word[2:] in parameters or word == "--log"):
            name = word[2:]
            given[name] = []
        elif name is None:
            raise SystemExit(f"{stage.__name__}: unexpected argument {word!r}; expected --name value.")
        else:
            given[name].append(word)
    missing = [key for key, p in parameters.items() if key not in given and p.default is p.empty]
    if missing:
        raise SystemExit(f"{stage.__name__}: lacks {', '.join('--' + key for key in missing)}.")
    return {key: _value(key, words, parameters.get(key)) for key, words in given.items()}


def _value(name, words, parameter):
    if parameter is not None and parameter.annotation is list:
        return [Path(word) for word in words]
    word = " ".join(words)
    if name == "spec":
        return json.loads(word)
    return word if name == "code" else Path(word)


def _title(stage, log):
    """Name of the job for people: the rule, and the part of its log's path that tells jobs apart."""
    cell = "" if log is None else str(log.with_suffix("")).partition(f"/{stage.__name__}/")[2]
    return f"{stage.__name__} {cell}".strip()


def _redirect_output(log):
    """Send everything that this process prints to the log file; return the real terminal."""
    terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w")
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        stream = open(log, "w", buffering=1, encoding="utf-8")  # noqa: SIM115 (lives as long as we do)
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    tokens.hide_in_logs()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", force=True)
    return terminal


def _fail(terminal, message, log):
    where = f"\n  log: {log}" if log else ""
    print(f"\nERROR in {tokens.hidden(message)}{where}\n", file=terminal, flush=True)
    raise SystemExit(1)
