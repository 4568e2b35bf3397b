"""A loaded checkpoint that predicts one language after another."""

import contextlib
import itertools

from atlas import manifests
from atlas.engine import devices, encoders, inference
from atlas.errors import AtlasError


@contextlib.contextmanager
def ready(kind, spec, checkpoint):
    """A `Predictor` on a device of its own, in the precision of the spec."""
    with devices.slots(min(1, devices.wanted())), devices.autocast(spec.get("precision", "auto")):
        yield Predictor(kind, spec, checkpoint)


class Predictor:
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
        """Prediction rows of one language.

        Raises
        ------
        AtlasError
            If the model's outputs are no numbers.
        """
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
