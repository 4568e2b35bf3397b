"""Find a sentence's translation among all candidates, with a checkpoint that is not trained for it.

XTREME's Tatoeba: the query is English, the candidates are in the other language, nearest by cosine of
mean-pooled hidden states (special tokens included, as in the reference scripts).
"""

import numpy as np
import pyarrow as pa

from atlas.kinds import read_texts
from atlas.nearest import unit

EXAMPLES = pa.schema([("id", pa.string()), ("query", pa.string()), ("candidate", pa.string())])
TEXTS = ("candidate",)
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.string()),
        ("gold", pa.string()),
        ("similarity", pa.float64()),
        ("right", pa.float64()),
        ("equivalents", pa.list_(pa.string())),
    ]
)


def prepare(published, meaning):
    """Published rows -> examples; candidate number i is the translation of query number i."""
    rows = zip(published.values("query"), published.values("candidate"), strict=True)
    return [
        {"id": str(row), "query": query.strip(), "candidate": candidate.strip()}
        for row, (query, candidate) in enumerate(rows)
    ]


def encode(examples, tokenizer, reading, labels):
    """Examples -> features, all queries and then all candidates."""
    texts = [e["query"] for e in examples] + [e["candidate"] for e in examples]
    return read_texts(texts, tokenizer, reading["max_tokens"])


def decode(outputs, features, examples, reading, labels):
    """Embeddings (width,) of queries and candidates -> the nearest candidate of each query.

    With `centre` in the recipe the mean over queries and the mean over candidates are subtracted first, which
    takes away what all sentences of a language share. `equivalents` are other candidates that are as right
    as the gold one: queries or candidates that repeat make the gold one of several arbitrary.
    """
    vectors = np.stack(outputs).astype(np.float64)
    queries, candidates = (unit(side, reading.get("centre")) for side in np.split(vectors, 2))
    similarity = queries @ candidates.T
    nearest = similarity.argmax(axis=1)
    same_query, same_candidate = (_groups(examples, side) for side in ("query", "candidate"))
    return [
        {
            "id": example["id"],
            "prediction": examples[found]["id"],
            "gold": example["id"],
            "similarity": float(similarity[row, found]),
            "right": float(found == row),
            "equivalents": sorted(
                {*same_query[example["query"]], *same_candidate[example["candidate"]]} - {example["id"]}
            ),
        }
        for row, (example, found) in enumerate(zip(examples, nearest, strict=True))
    ]


def _groups(examples, side):
    """Map each text of a side to the ids of the examples that have it."""
    groups = {}
    for example in examples:
        groups.setdefault(example[side], []).append(example["id"])
    return groups
