"""One or two sentences -> one label: NLI, paraphrase, topic."""

import numpy as np
import pyarrow as pa

AUTO_CLASS = "AutoModelForSequenceClassification"
OUTPUTS = ("logits",)
EXAMPLES = pa.schema(
    [("id", pa.string()), ("first", pa.string()), ("second", pa.string()), ("label", pa.string())]
)
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.string()),
        ("gold", pa.string()),
        ("right", pa.float64()),
        ("ranking", pa.list_(pa.string())),
    ]
)


def prepare(published, meaning):
    """Published rows -> examples; `second` is null for tasks of one sentence."""
    seconds = published.values("second") if "second" in published else [None] * published.size
    rows = zip(published.values("first"), seconds, published.values("label"), strict=True)
    return [
        {"id": str(row), "first": first, "second": second, "label": published.label(label, row)}
        for row, (first, second, label) in enumerate(rows)
    ]


def encode(examples, tokenizer, reading, labels):
    """Examples -> features; inputs longer than `max_tokens` lose the end of their longer sentence."""
    pairs = [e["second"] for e in examples]
    encoded = tokenizer(
        [e["first"] for e in examples],
        None if None in pairs else pairs,
        truncation=True,
        max_length=reading["max_tokens"],
    )
    number = {label: index for index, label in enumerate(labels)}
    return [
        {
            **{name: encoded[name][row] for name in tokenizer.model_input_names},
            "labels": number[example["label"]],
            "about": row,
        }
        for row, example in enumerate(examples)
    ]


def decode(outputs, features, examples, reading, labels):
    """Logits (n_labels,) per example -> all labels, the most probable first, which is the prediction."""
    rankings = [[labels[i] for i in np.argsort(-logits, kind="stable")] for logits in outputs]
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
