"""A context, perhaps a question, and several choices of which one is right."""

import numpy as np
import pyarrow as pa

from atlas.errors import AtlasError
from atlas.sentence_pairs import ranked

AUTO_CLASS = "AutoModelForMultipleChoice"
OUTPUTS = ("logits",)
EXAMPLES = pa.schema(
    [
        ("id", pa.string()),
        ("context", pa.string()),
        ("question", pa.string()),
        ("choices", pa.list_(pa.string())),
        ("label", pa.int64()),
    ]
)
TEXTS = ("context", "question", "choices")
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.int64()),
        ("gold", pa.int64()),
        ("right", pa.float64()),
        ("ranking", pa.list_(pa.int64())),
    ]
)


def prepare(published, meaning):
    """Published rows -> examples; labels published as numbers count from 0, unless declared."""
    questions = published.values("question") if "question" in published else [None] * published.size
    columns = (published.values(name) for name in ("context", "choices", "label"))
    examples = []
    for row, (context, choices, label, question) in enumerate(zip(*columns, questions, strict=True)):
        right = _number(label, choices, published, row)
        examples.append(
            {
                "id": str(row),
                "context": context,
                "question": question,
                "choices": choices,
                "label": right,
            }
        )
    return examples


def _number(label, choices, published, row):
    # Declared names first: some data sets number their choices from 1.
    if label not in published.labels and str(label).isdecimal():
        number = int(label)
    else:
        number = published.labels.index(published.label(label, row))
    if not number < len(choices):
        raise AtlasError(f"{published.where(row)}: label {label!r}, but only {len(choices)} choices.")
    return number


def encode(examples, tokenizer, reading, labels):
    """Examples -> features whose inputs have shape (n_choices, length), as lists.

    Inputs longer than `max_tokens` lose the end of their longer part, context or choice.
    """
    features = []
    for row, example in enumerate(examples):
        first = " ".join(filter(None, [example["context"], example["question"]]))
        encoded = tokenizer(
            [first] * len(example["choices"]),
            example["choices"],
            truncation=True,
            max_length=reading["max_tokens"],
        )
        inputs = {name: encoded[name] for name in tokenizer.model_input_names}
        features.append({**inputs, "labels": example["label"], "about": row})
    return features


def decode(outputs, features, examples, reading, labels):
    """Logits (n_choices,) per example -> numbers of the choices, the most probable first."""
    return ranked([np.argsort(-logits, kind="stable").tolist() for logits in outputs], examples)
