"""Find the translations among all sentences of two languages, with a checkpoint that is not trained for it.

BUCC 2018 as XTREME runs it: margin mining over mean-pooled hidden states (`atlas.mining`); the threshold from
the selection part, the score from the test part.
"""

import numpy as np
import pyarrow as pa

from atlas.errors import AtlasError
from atlas.kinds import read_texts
from atlas.mining import mine, threshold
from atlas.nearest import unit

TABLES = ("sentences", "english", "pairs", "tune_sentences", "tune_english", "tune_pairs")
EXAMPLES = pa.schema(
    [
        ("id", pa.string()),
        ("part", pa.string()),  # tune or test
        ("side", pa.string()),  # sentences or english
        ("text", pa.string()),
        ("gold", pa.list_(pa.string())),  # of `sentences`: ids of the English translations
    ]
)
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.string()),  # id of the English sentence, null if none is mined
        ("gold", pa.list_(pa.string())),
        ("margin", pa.float64()),  # of the best pair, taken or not
        ("right", pa.float64()),
    ]
)


def prepare(published, meaning):
    """Published tables by role (`TABLES`) -> examples of both parts.

    Tables of sentences have the columns `id` and `text`, tables of pairs `sentence` and `english`, ids both.
    With a limit n, n gold pairs are drawn, and of the other sentences the same share.

    Raises
    ------
    AtlasError
        If a pair names a sentence that is not there.
    """
    return [
        example
        for part, prefix in (("tune", "tune_"), ("test", ""))
        for example in _part(part, *(published[f"{prefix}{role}"] for role in TABLES[:3]), meaning["limit"])
    ]


def _part(part, sentences, english, pairs, limit):
    sides = {
        "sentences": dict(zip(sentences.values("id"), sentences.values("text"), strict=True)),
        "english": dict(zip(english.values("id"), english.values("text"), strict=True)),
    }
    gold = _gold(pairs, sides)
    if limit is not None and limit < len(gold):
        gold = _limit(gold, sides, limit)
    translations = {}
    for sentence, other in gold:
        translations.setdefault(sentence, []).append(other)
    return [
        {
            "id": own,
            "part": part,
            "side": side,
            "text": text.strip(),
            "gold": translations.get(own, []) if side == "sentences" else None,
        }
        for side, texts in sides.items()
        for own, text in texts.items()
    ]


def _gold(pairs, sides):
    gold = list(zip(pairs.values("sentence"), pairs.values("english"), strict=True))
    for row, pair in enumerate(gold):
        for own, (side, texts) in zip(pair, sides.items(), strict=True):
            if own not in texts:
                raise AtlasError(
                    f"{pairs.where(row)}: {own!r} is no id among the {len(texts)} {side}. The tables of"
                    " sentences and pairs must be of one split: compare them in the task's entry."
                )
    return gold


def _limit(gold, sides, limit):
    """Draw gold pairs, and drop from `sides` all but their sentences and the same share of the others."""
    chance = np.random.default_rng(0)
    share = limit / len(gold)
    kept = [gold[row] for row in sorted(chance.permutation(len(gold))[:limit])]
    for column, side in enumerate(sides):
        in_gold, wanted = {pair[column] for pair in gold}, {pair[column] for pair in kept}
        drawn = chance.random(len(sides[side])) < share
        sides[side] = {
            own: text
            for (own, text), chosen in zip(sides[side].items(), drawn, strict=True)
            if own in wanted or (chosen and own not in in_gold)
        }
    return kept


def encode(examples, tokenizer, reading, labels):
    """Examples -> features, one per sentence; the end of a long sentence is lost."""
    return read_texts([example["text"] for example in examples], tokenizer, reading["max_tokens"])


def decode(outputs, features, examples, reading, labels):
    """Embeddings (width,) of all sentences -> one prediction per sentence of the test part."""
    rows = {part: [row for row, e in enumerate(examples) if e["part"] == part] for part in ("tune", "test")}
    mined, gold = {}, {}
    for part, own in rows.items():
        mined[part] = _mined([examples[row] for row in own], [outputs[row] for row in own], reading)
        gold[part] = {e["id"]: e["gold"] for e in (examples[r] for r in own) if e["side"] == "sentences"}
    right = [other in gold["tune"][sentence] for sentence, other, _ in mined["tune"]]
    margins = [margin for *_, margin in mined["tune"]]
    lowest = threshold(margins, right, sum(map(len, gold["tune"].values())))
    found = {sentence: (other, margin) for sentence, other, margin in mined["test"]}
    return [_row(own, wanted, *found.get(own, (None, None)), lowest) for own, wanted in gold["test"].items()]


def _mined(examples, vectors, reading):
    """(id, English id, margin) of mined pairs.

    Sentences that repeat count once among the neighbours. Pairs with one are dropped, as in XTREME, since
    nothing tells which of the sentences is meant.
    """
    texts, ids, units = {"sentences": {}, "english": {}}, {}, []
    for row, example in enumerate(examples):
        texts[example["side"]].setdefault(example["text"], []).append(row)
    for side, groups in texts.items():
        ids[side] = [examples[rows[0]]["id"] if len(rows) == 1 else None for rows in groups.values()]
        units.append(unit(np.stack([vectors[rows[0]] for rows in groups.values()]), reading.get("centre")))
    named = ((ids["sentences"][left], ids["english"][right], m) for left, right, m in mine(*units))
    return [(own, other, margin) for own, other, margin in named if own and other]


def _row(own, wanted, other, margin, lowest):
    prediction = other if margin is not None and margin >= lowest else None
    return {
        "id": own,
        "prediction": prediction,
        "gold": wanted,
        "margin": margin,
        "right": float(prediction in wanted if prediction else not wanted),
    }
