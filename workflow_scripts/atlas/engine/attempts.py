"""The guard against a collapse: a training that learnt nothing is tried once more, and both are told.

Each attempt leaves its result and its history in a folder of its own, so nothing that is done is done again
after a kill.
"""

import logging

import torch

from atlas.engine import parallel, training
from atlas.engine.loop import Diverged
from atlas.files import read_json, write_json

_log = logging.getLogger("atlas.engine.attempts")
_SEED_APART = 1000  # of the second attempt
_RATE = 0.5


def train(start, rows, spec, text, store, caches=()):
    """Train; once more with another seed and a lower rate if the training diverged or ended at chance.

    Parameters
    ----------
    start, rows, spec, text, caches : as for `training.fit`
    store : folder for the attempts

    Returns
    -------
    attempts : dicts with seed, recipe and epochs, and `diverged` with the reason where it did
    kept : number of the attempt with the better selection score; its files lie in its folder's `result`

    Raises
    ------
    Diverged
        If both attempts did.
    """
    attempts = []
    for number in range(2):
        own = spec if number == 0 else _gentler(spec)
        attempts.append({"seed": own["seed"], "recipe": own["recipe"]})
        attempts[-1] |= _one(start, rows, own, text, folder(store, number), caches)
        if not collapsed(attempts[-1]):
            break
        _log.warning("attempt %d collapsed: %s", number + 1, attempts[-1].get("diverged", "at chance"))
    whole = [number for number, attempt in enumerate(attempts) if attempt["epochs"]]
    if not whole:
        raise Diverged(attempts[-1]["diverged"])
    return attempts, max(whole, key=lambda number: best(attempts[number])["tune_score"])


def folder(store, number):
    """Where attempt `number`, counted from 0, keeps its state and its result."""
    return store / f"attempt-{number + 1}"


def best(attempt):
    """Epoch that an attempt's result is of."""
    return max(attempt["epochs"], key=lambda epoch: epoch["tune_score"])


def collapsed(attempt):
    """Whether an attempt diverged or is at chance."""
    return "diverged" in attempt or best(attempt)["at_chance"]


def _one(start, rows, spec, text, place, caches):
    if not (place / "attempt.json").exists():
        arguments = (start, rows, spec, text, place, caches)
        processes = torch.cuda.device_count() if "parallel" in spec["engine"] else 1
        if processes > 1:
            parallel.run(_fit, processes, *arguments)
        else:
            _fit(*arguments)
    return read_json(place / "attempt.json")


def _fit(start, rows, spec, text, place, caches=()):
    """Train and leave `result` and then attempt.json in the folder; of several processes, the first does."""
    try:
        model, tokenizer, history = training.fit(start, rows, spec, text, place, caches)
    except Diverged as error:
        told = {"epochs": [], "diverged": str(error)}
    else:
        told = {"epochs": history}
        if parallel.rank() == 0:
            training.save(model, tokenizer, place / "result")
    if parallel.rank() == 0:
        write_json(place / "attempt.json", told)


def _gentler(spec):
    recipe = {**spec["recipe"], "learning_rate": _RATE * spec["recipe"]["learning_rate"]}
    return {**spec, "seed": spec["seed"] + _SEED_APART, "recipe": recipe}
