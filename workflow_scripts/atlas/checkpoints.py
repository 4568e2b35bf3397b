"""One training from manifests to manifest: attempts, resume, checkpoint."""

import logging

from atlas import artifacts, kinds, manifests, resume, training
from atlas.files import write_json
from atlas.loop import Diverged

_log = logging.getLogger("atlas.checkpoints")
_PARTS = ("train", "tune", "first")


def make(spec, code, encoder, examples, manifest, text=None):
    """Train, and write checkpoint, history and manifest into the manifest's folder.

    Parameters
    ----------
    spec : of a training, as `atlas.training` says
    encoder : manifest of the folder to start from
    examples : for each stream, the manifest of prepared examples with tables `train` and `tune` (and `first`)
    text : manifest of text with tables `train` and `tune`, for masked language modelling
    """
    inputs = [encoder, *examples, *([text] if text else [])]
    key = artifacts.make_key(spec, code, *inputs)
    with resume.only_one(manifest.parent, manifest.parent.name):
        if manifests.restore(manifest, key):
            return "unchanged: same encoder, examples, recipe and code"
        return _train(spec, key, encoder, examples, manifest, text)


def _train(spec, key, encoder, examples, manifest, text):
    before = manifests.read(encoder)
    rows = [
        _read(path, kinds.of(stream["kind"]).EXAMPLES)
        for path, stream in zip(examples, spec["streams"], strict=True)
    ]
    store = manifest.parent / f".resume-{key}"
    (model, tokenizer, _), attempts, kept = _attempt(
        encoder.parent, rows, spec, _read(text) if text else None, store
    )
    files = training.save(model, tokenizer, manifest.parent)
    write_json(manifest.parent / "training.json", {"attempts": attempts, "kept": kept + 1})
    best = _best(attempts[kept])
    facts = {
        "n_train": sum(len(parts["train"]) for parts in rows),
        "n_attempts": len(attempts),
        "best_epoch": best["epoch"],
        "tune_score": best["tune_score"],
        "at_chance": best["at_chance"],
        "at_chance_before": before.get("at_chance", False) or before.get("at_chance_before", False),
    }
    manifests.write(manifest, key, [*files, "training.json"], spec=spec, **facts)
    for folder in manifest.parent.glob(".resume-*"):
        resume.Store(folder).clear()
    note = " - AT CHANCE, also in a second attempt" if best["at_chance"] else ""
    return f"{facts['n_train']} examples, English selection score {best['tune_score']:.1f}{note}"


def _read(path, schema=None):
    """Part -> rows of the tables that a manifest of prepared examples names."""
    tables = manifests.read(path)["tables"]
    return {
        part: artifacts.read_table(path.parent / tables[part]["file"], schema).to_pylist()
        for part in _PARTS
        if part in tables
    }


def _attempt(start, rows, spec, text, store):
    """Train; once more with another seed and half the rate if the training collapsed.

    Returns
    -------
    result, attempts, kept : what `training.fit` returned for the better attempt; all attempts; its number
    """
    results, attempts = [], []
    for number in range(2):
        own = spec if number == 0 else _gentler(spec)
        attempt = {"seed": own["seed"], "recipe": own["recipe"]}
        try:
            result = training.fit(start, rows, own, text, store / f"attempt-{number + 1}")
            attempt |= {"epochs": result[2]}
            collapsed = _best(attempt)["at_chance"]
        except Diverged as error:
            result, collapsed = None, True
            attempt |= {"epochs": [], "diverged": str(error)}
            if number and not any(results):
                raise
        results.append(result)
        attempts.append(attempt)
        if not collapsed:
            break
        _log.warning("attempt %d collapsed: %s", number + 1, attempt.get("diverged", "at chance"))
    kept = max((n for n, r in enumerate(results) if r), key=lambda n: _best(attempts[n])["tune_score"])
    return results[kept], attempts, kept


def _gentler(spec):
    """The same training with a seed derived from its own, and half the learning rate."""
    recipe = {**spec["recipe"], "learning_rate": spec["recipe"]["learning_rate"] / 2}
    return {**spec, "seed": spec["seed"] + 1000, "recipe": recipe}


def _best(attempt):
    return max(attempt["epochs"], key=lambda epoch: epoch["tune_score"])
