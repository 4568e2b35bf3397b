"""Rank all candidates of a pool for each query; several may be right (LAReQA, Mewsli-X).

One encoder, fine-tuned on English pairs, embeds queries and candidates; a pair is right against all other
candidates of its batch. Embedding (the pooled output), cosine and scale are those of XTREME-R's scripts. The
pool is a table of its own and holds all languages, so it is the same whichever languages a study tests.
"""

import numpy as np
import pyarrow as pa

from atlas.errors import AtlasError
from atlas.kinds import read_texts
from atlas.marking import mark
from atlas.nearest import neighbours, unit
from atlas.sentences import sentence_at, split

AUTO_CLASS = "AutoModel"
TABLES = ("queries", "pool")
EXAMPLES = pa.schema(
    [
        ("id", pa.string()),
        ("query", pa.string()),  # null in rows of the pool
        ("candidate", pa.string()),  # null in rows of queries
        ("context", pa.string()),
        ("keys", pa.list_(pa.string())),  # a candidate is right for a query if they share one
    ]
)
TEXTS = ("query",)
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.list_(pa.string())),  # ids of the nearest candidates, the nearest first
        ("gold", pa.list_(pa.string())),
        ("right", pa.float64()),  # whether the first one is
    ]
)
_SHOWN = 20
_SCALE = 100  # of cosines in the softmax


def prepare(published, meaning):
    """Published pairs (training), or published tables of queries and pool -> examples.

    Columns of queries: `query`, `key`, and perhaps `id` and `query_span` (where the mention to mark starts
    and ends). Columns of the pool, and of pairs besides `query`: `candidate` and perhaps `context`; or
    `context` and `answers` as in SQuAD, with perhaps `breaks` (start and end of each sentence), where the
    sentences are the candidates. The pool has a `key` as well.

    Raises
    ------
    AtlasError
        If the pool has no right candidate for a query, or answers have no start.
    """
    if not isinstance(published, dict):
        return _pairs(published)
    pool = _pool(published["pool"])
    return _queries(published["queries"], meaning["limit"], {key for e in pool for key in e["keys"]}) + pool


def _pairs(published):
    """Training pairs; pairs with an equal candidate share its key."""
    candidates = _candidates(published)
    first = {}
    return [
        {
            "id": str(row),
            "query": query,
            "candidate": candidate,
            "context": context,
            "keys": [first.setdefault((candidate, context), str(row))],
        }
        for row, (query, (candidate, context)) in enumerate(
            zip(_query_texts(published), candidates, strict=True)
        )
    ]


def _candidates(published):
    """(candidate, context) of each row: as published, or the sentence in which the answer starts."""
    contexts = published.values("context") if "context" in published else [None] * published.size
    if "candidate" in published:
        return list(zip(published.values("candidate"), contexts, strict=True))
    return [
        (sentence_at(context, breaks, start), context)
        for context, breaks, start in zip(
            contexts, _breaks(published, contexts), _starts(published), strict=True
        )
    ]


def _breaks(published, contexts):
    return published.values("breaks") if "breaks" in published else map(split, contexts)


def _starts(published):
    """Where each row's first answer starts in its context."""
    answers = published.values("answers")
    for row, answer in enumerate(answers):
        if not isinstance(answer, dict) or not answer.get("answer_start"):
            raise AtlasError(
                f"{published.where(row)}: answers are {answer!r:.80}; expected the field answer_start with a"
                " number, as in SQuAD. Correct `columns.answers` in the task's entry."
            )
    return [answer["answer_start"][0] for answer in answers]


def _query_texts(published):
    texts = published.values("query")
    if "query_span" not in published:
        return [text.strip() for text in texts]
    spans = published.values("query_span")
    # The mention comes first as well, so that no cut at the end of a long text loses it.
    return [
        f"{text[int(span[0]) : int(span[1])]}: {mark(text, span, published.where(row))}"
        for row, (text, span) in enumerate(zip(texts, spans, strict=True))
    ]


def _queries(published, limit, answered):
    columns = (published.ids(), _query_texts(published), map(str, published.values("key")))
    rows = list(zip(*columns, strict=True))
    for row, (*_, key) in enumerate(rows):
        if key not in answered:
            raise AtlasError(
                f"{published.where(row)}: no candidate of the pool has the key {key!r}. Compare the columns"
                " `key` of the tables queries and pool in the task's entry."
            )
    chosen = sorted(np.random.default_rng(0).permutation(len(rows))[:limit])
    return [_example(rows[row][0], query=rows[row][1], keys=[rows[row][2]]) for row in chosen]


def _pool(published):
    """Candidates, each once: entities or the like, or all sentences of the contexts."""
    if "candidate" in published:
        rows = zip(_candidates(published), published.values("key"), strict=True)
        return [
            _example(f"candidate-{row}", candidate=candidate, context=context, keys=[key])
            for row, ((candidate, context), key) in enumerate(rows)
        ]
    contexts = published.values("context")
    pool, numbers = {}, {}
    columns = (contexts, _breaks(published, contexts), _starts(published), published.values("key"))
    for context, breaks, start, key in zip(*columns, strict=True):
        number = numbers.setdefault(context, len(numbers))
        for position, (first, last) in enumerate(breaks):
            own = f"candidate-{number}-{position}"
            example = pool.setdefault(own, _example(own, candidate=context[first:last], context=context))
            if first <= start < last:
                example["keys"].append(key)
    return list(pool.values())


def _example(own, query=None, candidate=None, context=None, keys=()):
    texts = {"query": query, "candidate": candidate, "context": context}
    return {"id": own, **texts, "keys": [str(key) for key in keys]}


def encode(examples, tokenizer, reading, labels):
    """Examples -> features: a pair has inputs of both sides, (2, length), any other row those of its one."""
    if None not in {e[side] for e in examples for side in ("query", "candidate")}:
        sides = (_read(examples, side, tokenizer, reading) for side in ("query", "candidate"))
        return [
            {**{name: [query[name], candidate[name]] for name in tokenizer.model_input_names}, "about": row}
            | {"labels": 0}  # which collation of several inputs wants; the loss has its own
            for row, (query, candidate) in enumerate(zip(*sides, strict=True))
        ]
    queries, pool = _with(examples, "query"), _with(examples, "candidate")
    return _read(queries, "query", tokenizer, reading) + _read(pool, "candidate", tokenizer, reading)


def _with(examples, side):
    return [example for example in examples if example[side] is not None]


def _read(examples, side, tokenizer, reading):
    contexts = [e["context"] for e in examples] if side == "candidate" else [None]
    others = None if None in contexts else contexts
    features = read_texts([e[side] for e in examples], tokenizer, reading["max_tokens"], others)
    return [{**feature, "about": (side, feature["about"])} for feature in features]


def embed(model, inputs):
    """Pooled output of the encoder, or its first position if it has no pooler, of shape (..., width)."""
    shape = inputs["input_ids"].shape
    output = model(**{name: values.reshape(-1, shape[-1]) for name, values in inputs.items()})
    pooled = getattr(output, "pooler_output", None)
    vectors = output.last_hidden_state[:, 0] if pooled is None else pooled
    return vectors.reshape(*shape[:-1], -1)


def loss(model, batch):
    """Cross entropy of each query's own candidate among all candidates of the batch."""
    import torch

    inputs = {name: values for name, values in batch.items() if name != "labels"}
    queries, candidates = torch.nn.functional.normalize(embed(model, inputs), dim=-1).unbind(1)
    own = torch.arange(len(queries), device=queries.device)
    return torch.nn.functional.cross_entropy(_SCALE * queries @ candidates.T, own)


def decode(outputs, features, examples, reading, labels):
    """Vectors (width,), or (2, width) of pairs -> for each query the nearest of all candidates."""
    queries, pool = _with(examples, "query"), _with(examples, "candidate")
    vectors = np.stack(outputs)
    sides = vectors.transpose(1, 0, 2) if vectors.ndim == 3 else np.split(vectors, [len(queries)])
    _, numbers = neighbours(*map(unit, sides), _SHOWN)
    by_key = {}
    for candidate in pool:
        for key in candidate["keys"]:
            by_key.setdefault(key, []).append(candidate["id"])
    rows = []
    for query, found in zip(queries, numbers, strict=True):
        ranking = [pool[number]["id"] for number in found]
        gold = [own for key in query["keys"] for own in by_key.get(key, [])]
        right = float(ranking[0] in gold)
        rows.append({"id": query["id"], "prediction": ranking, "gold": gold, "right": right})
    return rows
