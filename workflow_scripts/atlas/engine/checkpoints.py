"""One training from manifests to manifest: attempts, resume, checkpoint."""

import shutil

from atlas import artifacts, holding, kinds, manifests
from atlas.files import write_json

_PARTS = ("train", "tune", "first")


def make(spec, code, encoder, examples, manifest, text=()):
    """Train, and write checkpoint, history and manifest into the manifest's folder.

    Parameters
    ----------
    spec : of a training, as `atlas.engine.training` says
    encoder : manifest of the folder to start from
    examples : for each stream, the manifest of prepared examples with tables `train` and `tune` (and `first`)
    text : for masked language modelling, the manifest of text with tables `train` and `tune`, in a list
    """
    key = _key(spec, code, encoder, examples, text)
    with holding.only_one(manifest.parent, manifest.parent.name):
        if manifests.restore(manifest, key):
            return "unchanged: same encoder, examples, recipe and code"
        return _train(spec, key, encoder, examples, manifest, text, code)


def is_made(spec, code, encoder, examples, manifest, text=()):
    """Whether `make` would only put the manifest back; cheap, and read before torch is imported."""
    return manifests.may_restore(manifest, _key(spec, code, encoder, examples, text))


def _key(spec, code, encoder, examples, text):
    return artifacts.make_key(spec, code, encoder, *examples, *text)


def _train(spec, key, encoder, examples, manifest, text, code):
    # These import torch, which what is unchanged does without.
    from atlas.engine import attempts, devices, features

    before = manifests.read(encoder, check_digests=True)
    rows = [
        _read(path, kinds.of(stream["kind"]).EXAMPLES)
        for path, stream in zip(examples, spec["streams"], strict=True)
    ]
    store = manifest.parent / f".resume-{key}"
    texts = _read(*text) if text else None
    caches = [features.Cache(path, code) for path in [*examples, *text]]
    with devices.slots(devices.wanted()):
        tried, kept = attempts.train(encoder.parent, rows, spec, texts, store, caches)
    files = _moved(attempts.folder(store, kept) / "result", manifest.parent)
    write_json(manifest.parent / "training.json", {"attempts": tried, "kept": kept + 1})
    best = attempts.best(tried[kept])
    facts = {
        "n_train": sum(len(parts["train"]) for parts in rows),
        "n_attempts": len(tried),
        "best_epoch": best["epoch"],
        "tune_score": best["tune_score"],
        "at_chance": best["at_chance"],
        "at_chance_before": before.get("at_chance", False) or before.get("at_chance_before", False),
    }
    manifests.write(manifest, key, [*files, "training.json"], spec=spec, **facts)
    for old in manifest.parent.glob(".resume-*"):
        shutil.rmtree(old)
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


def _moved(folder, target):
    """Move the files of a folder into another; their names."""
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    for name in names:
        (target / name).parent.mkdir(exist_ok=True)
        (folder / name).replace(target / name)
    return names
