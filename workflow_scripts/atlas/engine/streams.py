"""What a training learns from: a stream is a source of batches with a head on the shared encoder."""

import torch
from transformers import DataCollatorForLanguageModeling

from atlas import kinds
from atlas.engine import batching, encoders, inference
from atlas.engine.features import NO_CACHE
from atlas.engine.padding import collate
from atlas.errors import AtlasError
from atlas.kinds import IGNORED


class Task:
    """A labelled task: features of a kind, under that kind's head.

    Parameters
    ----------
    declared : name, kind, labels and reading of the task, as in a training's spec
    examples : ``{"train": rows, "tune": rows}`` and, for a training in two phases, ``"first"``
    cache : `features.Cache` of the examples
    """

    def __init__(self, declared, examples, tokenizer, cache=NO_CACHE):
        self.name, self.kind = declared["name"], kinds.of(declared["kind"])
        self.labels, self.reading = declared["labels"], declared["reading"]
        self._tokenizer, self._tune, self._cache = tokenizer, examples["tune"], cache
        self._tune_features = self._encode(self._tune)
        self._examples = examples
        self.use("train")

    def use(self, part):
        """Let batches come from the table `part`."""
        how = [self.kind.__name__, self.labels, self.reading]
        self._features = self._cache.get(
            part, how, self._tokenizer, lambda: self._encode(self._examples[part])
        )
        if not self._features:
            raise AtlasError(f"{self.name}: its {part} part holds no examples. Correct its entry.")
        self.lengths = [batching.length(feature) for feature in self._features]

    def _encode(self, examples):
        return self.kind.encode(examples, self._tokenizer, self.reading, self.labels)

    def head(self, start, spec, seed):
        """Stock model of the kind on the encoder of `start`, its head fresh from `seed`."""
        return encoders.with_fresh_head(start, self.kind.AUTO_CLASS, self.labels, spec["pooling"], seed)

    @property
    def whole(self):
        """Whether a step's batch must stay whole: a kind's own loss may compare its examples."""
        return hasattr(self.kind, "loss")

    def features(self, rows, chance):
        """Features of a step's rows."""
        return [self._features[row] for row in rows]

    def loss(self, model, batch):
        """Mean loss of a batch of tensors."""
        return self.kind.loss(model, batch) if self.whole else model(**batch).loss

    def predictions(self, model):
        """Prediction rows of the selection set."""
        outputs = inference.read(self.kind, model, self._tune_features, self._tokenizer, self.reading)
        return self.kind.decode(outputs, self._tune_features, self._tune, self.reading, self.labels)

    def batch(self, features):
        """Tensors of some features."""
        return collate(features, self._tokenizer)


class Text:
    """Unlabelled text for masked language modelling, masked anew at every use.

    Parameters
    ----------
    declared : mask_rate and max_tokens
    examples : ``{"train": rows, "tune": rows}``, rows with the column `text`
    cache : `features.Cache` of the text
    """

    name, whole = "mlm", False

    def __init__(self, declared, examples, tokenizer, cache=NO_CACHE):
        if tokenizer.mask_token_id is None:
            raise AtlasError("masked language modelling: the model's tokenizer has no mask token.")
        self._tokenizer, self._max_tokens = tokenizer, declared["max_tokens"]
        self._collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=declared["mask_rate"])
        self._tune, train = self._encode(examples["tune"]), examples["train"]
        how = ["text", self._max_tokens]
        self._features = cache.get("train", how, tokenizer, lambda: self._encode(train))
        self.lengths = [batching.length(feature) for feature in self._features]

    def use(self, part):
        """Text has one table for all phases."""

    def _encode(self, rows):
        encoded = self._tokenizer(
            [row["text"] for row in rows], truncation=True, max_length=self._max_tokens
        )["input_ids"]
        return [{"input_ids": ids, "attention_mask": [1] * len(ids)} for ids in encoded]

    def head(self, start, spec, seed):
        """Masked language model of `start`: the pretrained head where there is one, else a fresh one."""
        return encoders.load_masked_lm(start, seed)

    def features(self, rows, chance):
        """Features of a step's rows, freshly masked from the generator `chance`."""
        return self._masked([self._features[row] for row in rows], chance)

    def _masked(self, features, chance):
        batch = collate(features, self._tokenizer)
        self._collator.generator = chance
        shown, labels = self._collator.torch_mask_tokens(batch["input_ids"], self._special(batch))
        rows = zip(map(batching.length, features), shown.tolist(), labels.tolist(), strict=True)
        return [
            {"input_ids": ids[:size], "attention_mask": [1] * size, "labels": gold[:size]}
            for size, ids, gold in rows
        ]

    def _special(self, batch):
        special = torch.isin(batch["input_ids"], torch.tensor(self._tokenizer.all_special_ids))
        return special | (batch["attention_mask"] == 0)

    def loss(self, model, batch):
        """Mean loss per masked token of a batch of tensors."""
        return model(**batch).loss

    def tune_score(self, model):
        """Share of the masked tokens of the held-out text that are restored, in points."""
        features = self._masked(self._tune, batching.generator("held-out text"))
        outputs = inference.outputs_of(model, features, self._tokenizer, ("logits",), reduce=_likeliest)
        right = total = 0
        for found, feature in zip(outputs, features, strict=True):
            pairs = [
                pair for pair in zip(found.tolist(), feature["labels"], strict=False) if pair[1] != IGNORED
            ]
            right += sum(one == other for one, other in pairs)
            total += len(pairs)
        return 100 * float(right) / max(total, 1)

    def batch(self, features):
        """Tensors of some features."""
        return collate(features, self._tokenizer)


def _likeliest(logits):
    return logits.argmax(-1)


def units(batch):
    """Number of things that the mean loss of a batch is a mean over: labelled tokens, else examples."""
    labels = batch.get("labels")
    if labels is not None and labels.dim() > 1:
        return int((labels != IGNORED).sum())
    return len(batch["input_ids"])
