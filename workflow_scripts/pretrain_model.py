"""Pretrain a small encoder from random weights, on the lab's text or on a user's own.

Writes  config.json, model.safetensors, tokenizer files: a folder that transformers loads offline;
        manifest.json, last.
Reads   `text`: parquet files with a column `text` (and, for pairs, `text_pair`), or text files with one
        document per line, in which a tab separates the two texts of a pair.
"""

from atlas import manifests, provenance, stage
from atlas.engine import corpora, encoders, pretraining, training, vocabulary
from atlas.files import sha256
from atlas.stage import Output


def pretrain_model(*, spec, code, manifest: Output, text: list = ()):
    """Train by masked language modelling; `steps: 0` gives the untrained encoder of the same seed.

    Raises
    ------
    AtlasError
        If the size cannot be built, the text is unreadable or empty, or the words exceed the vocabulary.
    """
    key = provenance.digest([spec, code, [sha256(path) for path in text]])
    size, recipe = pretraining.check(spec)
    documents, words = corpora.read(spec["text"], text)
    tokenizer = vocabulary.make_tokenizer(spec["tokenizer"], documents, words, size["max_tokens"])
    model = pretraining.make_model(size, len(tokenizer), spec["seed"])
    sequences = pretraining.encode(documents, tokenizer) if recipe["steps"] else []
    facts = pretraining.train(model, sequences, recipe, spec["seed"])
    files = training.save(model, tokenizer, manifest.parent)
    inner, total = encoders.count_parameters(manifest.parent)
    facts |= {"n_parameters": inner, "n_parameters_total": total, "vocabulary_size": len(tokenizer)}
    manifests.write(manifest, key, files, spec=spec, documents=len(documents), **facts)
    return f"{inner / 1e6:.2f} M parameters, {facts['tokens_seen'] / 1e6:.1f} M tokens seen"


if __name__ == "__main__":
    stage.run(pretrain_model)
