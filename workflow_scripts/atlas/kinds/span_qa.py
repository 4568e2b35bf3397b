"""A question about a context; the answer is a span of the context.

Long contexts are read in overlapping windows. Answers are cut out of the context by character offsets, so
nothing has to be re-aligned afterwards (the step that ruins Chinese in older scripts, transformers#3510).
"""

import re

import numpy as np
import pyarrow as pa

from atlas.errors import AtlasError

AUTO_CLASS = "AutoModelForQuestionAnswering"
OUTPUTS = ("start_logits", "end_logits")
EXAMPLES = pa.schema(
    [
        ("id", pa.string()),
        ("question", pa.string()),
        ("context", pa.string()),
        ("answers", pa.list_(pa.string())),
        ("starts", pa.list_(pa.int64())),
    ]
)
TEXTS = ("question", "context")
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.string()),
        ("gold", pa.list_(pa.string())),
        ("right", pa.float64()),
    ]
)
_BEST = 20  # starts and ends that are paired, as in SQuAD's reference scripts
_MAX_QUESTION_TOKENS = 64


def prepare(published, meaning):
    """Published rows (SQuAD's fields `text` and `answer_start` in one column) -> examples.

    Raises
    ------
    AtlasError
        If the column of answers has other fields.
    """
    columns = [published.values(name) for name in ("question", "context", "answers")]
    for row, answers in enumerate(columns[-1]):
        if not isinstance(answers, dict) or not {"text", "answer_start"} <= answers.keys():
            raise AtlasError(
                f"{published.where(row)}: answers are {answers!r:.80}; expected the fields text and"
                " answer_start, as in SQuAD. Correct `columns.answers` in the task's entry."
            )
    return [
        {
            "id": own,
            "question": question.strip(),
            "context": context,
            "answers": list(answers["text"]),
            "starts": [
                _place(text, context, start)
                for text, start in zip(answers["text"], answers["answer_start"], strict=True)
            ],
        }
        for own, question, context, answers in zip(published.ids(), *columns, strict=True)
    ]


def _place(text, context, start):
    """Where an answer stands: at `start`, or at its occurrence nearest to it.

    Published starts are off by a few characters here and there (XQuAD in Chinese and Arabic). An answer that
    occurs nowhere keeps its start.

    >>> _place("3", "1, 2, 3, 13", 5), _place("4", "1, 2, 3", 5)
    (6, 5)
    """
    found = [match.start() for match in re.finditer(f"(?={re.escape(text)})", context)]
    return min(found, key=lambda place: abs(place - start), default=start)


def encode(examples, tokenizer, reading, labels):
    """Examples -> features, one per window; `about` = (example, character offsets of the context)."""
    longest = min(_MAX_QUESTION_TOKENS, reading["max_tokens"] // 3)
    questions = _shorten([example["question"] for example in examples], tokenizer, longest)
    room = reading["max_tokens"] - longest - tokenizer.num_special_tokens_to_add(pair=True)
    encoded = tokenizer(
        questions,
        [example["context"] for example in examples],
        truncation="only_second",
        max_length=reading["max_tokens"],
        stride=min(reading["stride"], reading["max_tokens"] // 3, room - 1),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    features = []
    for window, row in enumerate(encoded["overflow_to_sample_mapping"]):
        offsets = _context_offsets(encoded, window)
        start, end = _gold(examples[row], offsets)
        features.append(
            {
                **{name: encoded[name][window] for name in tokenizer.model_input_names},
                "start_positions": start,
                "end_positions": end,
                "about": (row, offsets),
            }
        )
    return features


def _shorten(questions, tokenizer, longest):
    """Questions of at most `longest` subwords, so that the context has room (SQuAD's scripts: 64)."""
    encoded = tokenizer(
        questions,
        add_special_tokens=False,
        truncation=True,
        max_length=longest,
        return_offsets_mapping=True,
    )["offset_mapping"]
    return [text[: spans[-1][1]] if spans else text for text, spans in zip(questions, encoded, strict=True)]


def _context_offsets(encoded, window):
    """Character span of each subword of the context, None for all others."""
    sides = encoded.sequence_ids(window)
    return [
        span if side == 1 and span[1] > span[0] else None
        for span, side in zip(encoded["offset_mapping"][window], sides, strict=True)
    ]


def _gold(example, offsets):
    """Positions of the first answer's subwords in a window; (0, 0) if the window does not hold it."""
    if not example["answers"]:
        return 0, 0
    first = example["starts"][0]
    last = first + len(example["answers"][0])
    inside = [i for i, span in enumerate(offsets) if span and span[0] < last and span[1] > first]
    shown = [span for span in offsets if span]
    if not inside or shown[0][0] > first or shown[-1][1] < last:
        return 0, 0
    return inside[0], inside[-1]


def decode(outputs, features, examples, reading, labels):
    """Logits (length, 2) per window -> the best span over all windows of an example, as text."""
    best = [(-np.inf, "") for _ in examples]
    nothing = [np.inf] * len(examples)
    for logits, feature in zip(outputs, features, strict=True):
        row, offsets = feature["about"]
        nothing[row] = min(nothing[row], float(logits[0].sum()))
        best[row] = max(best[row], _best_span(logits, offsets, examples[row]["context"], reading))
    if reading.get("no_answer"):
        best = [
            (0.0, "") if none > score else (score, text)
            for none, (score, text) in zip(nothing, best, strict=True)
        ]
    return [_row(example, text) for example, (_, text) in zip(examples, best, strict=True)]


def _best_span(logits, offsets, context, reading):
    """(score, text) of a window's best span of allowed length."""
    allowed = np.array([span is not None for span in offsets])
    if not allowed.any():
        return -np.inf, ""
    scores = np.where(allowed[:, None], logits[: len(offsets)], -np.inf)
    starts, ends = (np.argsort(-scores[:, side])[:_BEST] for side in (0, 1))
    sums = scores[starts, 0][:, None] + scores[ends, 1][None, :]
    length = ends[None, :] - starts[:, None]
    sums[(length < 0) | (length >= reading["max_answer_tokens"])] = -np.inf
    i, j = np.unravel_index(np.argmax(sums), sums.shape)
    if not np.isfinite(sums[i, j]):
        return -np.inf, ""
    return float(sums[i, j]), context[offsets[starts[i]][0] : offsets[ends[j]][1]].strip()


def _row(example, text):
    gold = example["answers"] or [""]
    return {
        "id": example["id"],
        "prediction": text,
        "gold": gold,
        "right": float(text in [answer.strip() for answer in gold]),
    }
