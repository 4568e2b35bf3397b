"""One label for each token of a sentence: part of speech, named entities.

The first subword of a token carries its label. A sentence that is too long is split between tokens, never
truncated, so that every token is scored (XTREME splits as well; jiant truncates and loses tokens).
"""

import numpy as np
import pyarrow as pa

from atlas.errors import AtlasError
from atlas.kinds import IGNORED

AUTO_CLASS = "AutoModelForTokenClassification"
OUTPUTS = ("logits",)
EXAMPLES = pa.schema(
    [
        ("id", pa.string()),
        ("tokens", pa.list_(pa.string())),
        ("labels", pa.list_(pa.string())),
        ("marked", pa.list_(pa.bool_())),
    ]
)
TEXTS = ("tokens",)
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.list_(pa.string())),
        ("gold", pa.list_(pa.string())),
        ("marked", pa.list_(pa.bool_())),
        ("right", pa.float64()),
    ]
)


def prepare(published, meaning):
    """Published rows -> examples; sentences without tokens are left out.

    `marked` flags the tokens that the metric `marked_accuracy` counts; null where the task has none.
    """
    marks = published.values("marked") if "marked" in published else [None] * published.size
    examples = []
    rows = zip(published.values("tokens"), published.values("labels"), marks, strict=True)
    for row, (tokens, labels, marked) in enumerate(rows):
        if len(tokens) != len(labels):
            raise AtlasError(f"{published.where(row)}: {len(tokens)} tokens but {len(labels)} labels.")
        names = [published.label(label, row) for label in labels]
        if tokens:
            examples.append({"id": str(row), "tokens": tokens, "labels": names, "marked": marked})
    return examples


def encode(examples, tokenizer, reading, labels):
    """Examples -> features, one or more per sentence; `about` = (example, first token, n tokens)."""
    room = reading["max_tokens"] - tokenizer.num_special_tokens_to_add()
    number = {label: index for index, label in enumerate(labels)}
    sentences = _readable([example["tokens"] for example in examples], tokenizer)
    pieces, about = [], []
    for row, (tokens, lengths) in enumerate(sentences):
        for start, stop in _split(lengths, room):
            pieces.append(tokens[start:stop])
            about.append((row, start, stop - start))
    encoded = tokenizer(pieces, is_split_into_words=True, truncation=True, max_length=reading["max_tokens"])
    features = []
    for piece, (row, start, size) in enumerate(about):
        gold = [number[label] for label in examples[row]["labels"][start : start + size]]
        features.append(
            {
                **{name: encoded[name][piece] for name in tokenizer.model_input_names},
                "labels": _on_first_subwords(encoded.word_ids(piece), gold),
                "about": (row, start, size),
            }
        )
    return features


def _readable(sentences, tokenizer):
    """Pairs (tokens, subwords per token); a token that the tokenizer drops becomes its unknown token."""
    encoded = tokenizer(sentences, is_split_into_words=True, add_special_tokens=False)
    readable = []
    for row, tokens in enumerate(sentences):
        counts = [0] * len(tokens)
        for word in encoded.word_ids(row):
            counts[word] += 1
        kept = [token if count else tokenizer.unk_token for token, count in zip(tokens, counts, strict=True)]
        readable.append((kept, [max(count, 1) for count in counts]))
    return readable


def _split(lengths, room):
    """Bounds of pieces of at most `room` subwords; a longer token stands alone.

    >>> list(_split([2, 2, 3, 9], 4))
    [(0, 2), (2, 3), (3, 4)]
    """
    start, used = 0, 0
    for position, length in enumerate(lengths):
        if position > start and used + length > room:
            yield start, position
            start, used = position, 0
        used += length
    yield start, len(lengths)


def _on_first_subwords(words, gold):
    seen, labels = set(), []
    for word in words:
        fresh = word is not None and word not in seen
        labels.append(gold[word] if fresh else IGNORED)
        seen.add(word)
    return labels


def decode(outputs, features, examples, reading, labels):
    """Logits (length, n_labels) per piece -> one label per token of each sentence."""
    predicted = [[None] * len(example["tokens"]) for example in examples]
    for logits, feature in zip(outputs, features, strict=True):
        row, start, size = feature["about"]
        places = [i for i, label in enumerate(feature["labels"]) if label != IGNORED]
        names = [labels[index] for index in np.argmax(logits[places], axis=-1)]
        predicted[row][start : start + size] = names
    return [_row(example, names) for example, names in zip(examples, predicted, strict=True)]


def _row(example, predicted):
    right = [name == gold for name, gold in zip(predicted, example["labels"], strict=True)]
    return {
        "id": example["id"],
        "prediction": predicted,
        "gold": example["labels"],
        "marked": example["marked"],
        "right": sum(right) / len(right),
    }
