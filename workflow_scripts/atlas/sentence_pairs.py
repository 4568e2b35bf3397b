"""One or two texts -> one label: what the kinds have in common that train a sentence head."""

import numpy as np
import pyarrow as pa

from atlas.kinds import read_texts

AUTO_CLASS = "AutoModelForSequenceClassification"
OUTPUTS = ("logits",)
EXAMPLES = pa.schema(
    [("id", pa.string()), ("first", pa.string()), ("second", pa.string()), ("label", pa.string())]
)
TEXTS = ("first", "second")
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.string()),
        ("gold", pa.string()),
        ("right", pa.float64()),
        ("ranking", pa.list_(pa.string())),
    ]
)


def encode(examples, tokenizer, reading, labels):
    """Examples -> features; inputs longer than `max_tokens` lose the end of their longer sentence."""
    seconds = [e["second"] for e in examples]
    features = read_texts(
        [e["first"] for e in examples], tokenizer, reading["max_tokens"], None if None in seconds else seconds
    )
    number = {label: index for index, label in enumerate(labels)}
    return [
        {**feature, "labels": number[example["label"]]}
        for feature, example in zip(features, examples, strict=True)
    ]


def decode(outputs, features, examples, reading, labels):
    """Logits (n_labels,) per example -> all labels, the most probable first, which is the prediction."""
    return ranked([[labels[i] for i in np.argsort(-logits, kind="stable")] for logits in outputs], examples)


def ranked(rankings, examples):
    """Prediction rows of examples whose possible answers are ranked, the most probable first."""
    return [
        {
            "id": e["id"],
            "prediction": ranking[0],
            "gold": e["label"],
            "right": float(ranking[0] == e["label"]),
            "ranking": ranking,
        }
        for e, ranking in zip(examples, rankings, strict=True)
    ]
