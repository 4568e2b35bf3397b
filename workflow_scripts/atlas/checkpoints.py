"""One training from manifest to manifest."""

from atlas import artifacts, kinds, manifests, training
from atlas.files import write_json


def make(spec, code, encoder, examples, manifest):
    """Train, and write checkpoint, history and manifest into the manifest's folder.

    Parameters
    ----------
    spec : kind, labels, recipe, seed, pooling, freeze
    encoder : manifest of the folder to start from
    examples : manifest of prepared examples, with tables `train` and `tune`
    """
    key = artifacts.make_key(spec, code, encoder, examples)
    if manifests.restore(manifest, key):
        return "unchanged: same encoder, examples, recipe and code"
    manifests.read(encoder)
    tables = manifests.read(examples)["tables"]
    schema = kinds.of(spec["kind"]).EXAMPLES
    train, tune = (
        artifacts.read_table(examples.parent / tables[part]["file"], schema).to_pylist()
        for part in ("train", "tune")
    )
    model, tokenizer, history = training.fit(encoder.parent, train, tune, spec)
    files = training.save(model, tokenizer, manifest.parent)
    write_json(manifest.parent / "training.json", {"recipe": spec["recipe"], "epochs": history})
    best = max(history, key=lambda epoch: epoch["tune_score"])
    facts = {"n_train": len(train), "best_epoch": best["epoch"], "tune_score": best["tune_score"]}
    manifests.write(manifest, key, [*files, "training.json"], spec=spec, **facts)
    return f"{len(train)} examples, English selection score {best['tune_score']:.1f}"
