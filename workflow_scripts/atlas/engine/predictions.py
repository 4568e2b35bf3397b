"""Predictions of one checkpoint, per language, by key: what is there is never predicted again."""

import itertools
import logging

from atlas import artifacts, kinds, manifests, provenance
from atlas.engine import devices, encoders, inference
from atlas.errors import AtlasError

_log = logging.getLogger("atlas.engine.predictions")


def make(spec, code, checkpoint, examples, manifest):
    """Predict every language whose file is missing, then write the manifest.

    A file's name holds its key: checkpoint, examples, settings and code. So a file that exists is right,
    a crash loses no finished language, and a changed recipe never meets stale files.
    """
    kind = kinds.of(spec["kind"])
    tables = manifests.read(examples)["tables"]
    settings = {name: value for name, value in spec.items() if name != "languages"}
    common = [settings, code, artifacts.key_of(checkpoint)]
    listed = {}
    for language in spec["languages"]:
        key = provenance.digest([*common, tables[language]["content"]])
        listed[language] = {"file": f"{language}.{key}.parquet", "key": key}
    missing = [name for name, entry in listed.items() if not _is_there(manifest.parent, **entry)]
    if missing:
        with devices.slots(min(1, devices.wanted())), devices.autocast(spec.get("precision", "auto")):
            predictor = _Predictor(kind, spec, checkpoint)
            for number, language in enumerate(missing, start=1):
                entry = listed[language]
                table = artifacts.read_table(examples.parent / tables[language]["file"], kind.EXAMPLES)
                rows = predictor.predict(table.to_pylist(), language)
                artifacts.write_table(manifest.parent / entry["file"], rows, entry["key"], kind.PREDICTIONS)
                _log.info("%d of %d languages: %s, %d examples", number, len(missing), language, len(rows))
    for language, entry in listed.items():
        entry["rows"] = tables[language]["rows"]
    key = provenance.digest(listed)
    files = [entry["file"] for entry in listed.values()]
    training = {"at_chance": manifests.read(checkpoint).get("at_chance")}
    manifests.write(manifest, key, files, languages=listed, training=training)
    return f"{len(missing)} of {len(listed)} languages predicted, the others were there"


def _is_there(folder, file, key):
    """Whether a whole file of this key is there; a cut one is made anew."""
    try:
        return artifacts.key_of(folder / file) == key
    except AtlasError:
        return False


class _Predictor:
    """A loaded checkpoint with the reading of its kind."""

    def __init__(self, kind, spec, checkpoint):
        manifests.read(checkpoint, check_digests=True)
        self._kind, self._labels = kind, spec["labels"]
        self._reading = {**spec["reading"], "no_answer": spec["no_answer"]}
        self._place, self._sides = checkpoint.parent, {}
        encoders.check_length(checkpoint.parent, spec["reading"]["max_tokens"])
        self._tokenizer = encoders.load_tokenizer(checkpoint.parent)
        if hasattr(kind, "AUTO_CLASS"):
            self._model = encoders.load_checkpoint(checkpoint.parent, kind.AUTO_CLASS, spec["labels"])
        else:
            self._model = encoders.load_encoder(checkpoint.parent)

    def predict(self, examples, language):
        """Prediction rows of one language."""
        features = self._kind.encode(examples, self._tokenizer, self._reading, self._labels)
        try:
            outputs = self._by_side(features) if hasattr(self._kind, "embed") else self._read(features)
        except FloatingPointError as error:
            raise AtlasError(
                f"{self._place} in {language}: {error}. The checkpoint is damaged or its training diverged:"
                " delete its manifest.json to train it again."
            ) from error
        return self._kind.decode(outputs, features, examples, self._reading, self._labels)

    def _read(self, features):
        return inference.read(self._kind, self._model, features, self._tokenizer, self._reading)

    def _by_side(self, features):
        """Outputs of queries and of candidates; a side that does not change between languages is read once.

        The sides are read apart, so that a pool has the same bits whichever languages are missing.
        """
        outputs = []
        for side, group in itertools.groupby(features, key=lambda feature: feature["about"][0]):
            group = list(group)
            inputs = [feature["input_ids"] for feature in group]
            if side not in self._sides or self._sides[side][0] != inputs:
                self._sides[side] = inputs, self._read(group)
            outputs += self._sides[side][1]
        return outputs
