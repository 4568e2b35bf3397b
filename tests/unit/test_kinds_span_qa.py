"""Span questions: answers are cut out by character offsets and stay findable in windows."""

import numpy as np
import pyarrow as pa
import pytest

from atlas.data.published import Published
from atlas.errors import AtlasError
from atlas.kinds import span_qa as kind

READING = {"max_tokens": 64, "stride": 16, "max_answer_tokens": 30}
LATIN = "Berlin is the capital of Germany. Paris is the capital of France, not of Spain. "
CHINESE = "柏林是德国的首都。巴黎是法国的首都。北京是中国的首都。"
JAPANESE = "東京は日本の首都です。"
THAI = "กรุงเทพเป็นเมืองหลวงของประเทศไทย"


def _example(context, answer, question="what is the capital?"):
    return {
        "id": "q",
        "question": question,
        "context": context,
        "answers": [answer],
        "starts": [context.index(answer)],
    }


CASES = [
    _example(LATIN, "Berlin"),
    _example(LATIN, "the capital of France"),
    _example(LATIN, "Spain"),
    _example(CHINESE, "柏林"),
    _example(CHINESE, "法国", "巴黎是什么？"),
    _example(CHINESE, "中国的首都"),
    _example("الثعلب السريع يقفز فوق الكلب الكسول", "فوق الكلب"),
    _example("तेज़ लोमड़ी आलसी कुत्ते के ऊपर कूदती है", "आलसी कुत्ते"),
    _example("  " + LATIN * 4 + "Madrid. " + LATIN * 4, "Madrid"),
    _example(CHINESE * 6 + "东京。" + CHINESE * 6, "东京"),
    _example(JAPANESE, "東京", "首都はどこですか？"),
    _example(THAI, "กรุงเทพ", "เมืองหลวงคืออะไร"),
    _example(JAPANESE * 5 + "京都。" + JAPANESE * 5, "京都"),
]


def _one_hot(feature):
    """Logits that point at the gold positions; a window without the answer points nowhere."""
    logits = np.zeros((len(feature["input_ids"]) + 2, 2))
    if feature["start_positions"]:
        logits[feature["start_positions"], 0] = logits[feature["end_positions"], 1] = 9.0
    return logits


@pytest.mark.parametrize("max_tokens", [40, 64, 256])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["answers"][0])
def test_gold_positions_give_exactly_the_gold_text(tiny_tokenizer, case, max_tokens):
    reading = {**READING, "max_tokens": max_tokens}
    features = kind.encode([case], tiny_tokenizer, reading, [])
    assert any(feature["start_positions"] for feature in features)
    (row,) = kind.decode([_one_hot(f) for f in features], features, [case], reading, [])
    assert row["prediction"] == case["answers"][0]
    assert row["right"] == 1.0


def test_an_answer_inside_a_subword_is_covered_by_it(tiny_tokenizer):
    """Subwords cannot be cut, so the predicted text may be longer, never shorter."""
    case = _example("the capitals of it all", "apita")
    features = kind.encode([case], tiny_tokenizer, READING, [])
    (row,) = kind.decode([_one_hot(f) for f in features], features, [case], READING, [])
    assert "apita" in row["prediction"]


def test_windows_overlap_and_cover_the_context(tiny_tokenizer):
    case = CASES[8]
    features = kind.encode([case], tiny_tokenizer, READING, [])
    assert len(features) > 2
    assert all(len(f["input_ids"]) <= READING["max_tokens"] for f in features)
    spans = [[span for span in f["about"][1] if span] for f in features]
    assert all(other[0][0] < one[-1][1] for one, other in zip(spans, spans[1:], strict=False))
    covered = {i for window in spans for start, end in window for i in range(start, end)}
    assert all(i in covered for i, letter in enumerate(case["context"]) if letter.strip())


def test_a_window_without_the_whole_answer_points_at_the_first_token(tiny_tokenizer):
    features = kind.encode([CASES[8]], tiny_tokenizer, READING, [])
    empty = [f for f in features if f["start_positions"] == 0]
    assert empty and all(f["end_positions"] == 0 for f in empty)


@pytest.mark.parametrize("max_tokens", [16, 48, 80, 96, 200])
def test_a_long_question_leaves_room_for_the_context(tiny_tokenizer, max_tokens):
    question = "what is the capital of Germany? " * 20
    case = _example(LATIN * 5, "Spain", question)
    reading = {**READING, "max_tokens": max_tokens, "stride": 128}
    features = kind.encode([case], tiny_tokenizer, reading, [])
    assert all(len(f["input_ids"]) <= max_tokens for f in features)
    shown = {i for f in features for span in f["about"][1] if span for i in range(*span)}
    assert all(i in shown for i, letter in enumerate(case["context"]) if letter.strip())


def test_an_empty_question_is_no_error(tiny_tokenizer):
    case = _example(LATIN, "Spain", question="")
    assert kind.encode([case], tiny_tokenizer, READING, [])


def _logits(feature, spans):
    """Logits with the given (start, end, height) and zero elsewhere."""
    logits = np.zeros((len(feature["input_ids"]), 2))
    for start, end, height in spans:
        logits[start, 0] = logits[end, 1] = height
    return logits


def test_a_span_has_an_allowed_length_and_direction_and_lies_in_the_context(tiny_tokenizer):
    case = _example(LATIN, "Berlin")
    (feature,) = kind.encode([case], tiny_tokenizer, {**READING, "max_tokens": 256}, [])
    gold = (feature["start_positions"], feature["end_positions"])
    last = max(i for i, span in enumerate(feature["about"][1]) if span)
    logits = _logits(feature, [(*gold, 5.0)])
    logits[1, 0] = logits[2, 1] = 9.0  # inside the question
    logits[last, 1] = 6.0  # too far from the start
    logits[gold[1] + 1, 1] = 6.0  # by one subword
    reading = {**READING, "max_answer_tokens": gold[1] - gold[0] + 1}
    (row,) = kind.decode([logits], [feature], [case], reading, [])
    assert row["prediction"] == "Berlin"


def test_the_best_window_wins(tiny_tokenizer):
    case = CASES[8]
    features = kind.encode([case], tiny_tokenizer, READING, [])
    outputs = []
    for number, feature in enumerate(features):
        first = next(i for i, span in enumerate(feature["about"][1]) if span)
        outputs.append(_logits(feature, [(first, first, 9.0 if number == 1 else 2.0)]))
    (row,) = kind.decode(outputs, features, [case], READING, [])
    start, end = next(span for span in features[1]["about"][1] if span)
    assert row["prediction"] == case["context"][start:end].strip()


@pytest.mark.parametrize(("declared", "prediction"), [(True, ""), (False, "Berlin")])
def test_no_answer_is_predicted_only_where_it_is_declared(tiny_tokenizer, declared, prediction):
    case = {**_example(LATIN, "Berlin"), "answers": [], "starts": []}
    (feature,) = kind.encode([case], tiny_tokenizer, {**READING, "max_tokens": 256}, [])
    assert (feature["start_positions"], feature["end_positions"]) == (0, 0)
    found = [i for i, span in enumerate(feature["about"][1]) if span and span[1] <= len("Berlin")]
    logits = _logits(feature, [(0, 0, 9.0), (found[0], found[-1], 5.0)])
    reading = {**READING, "no_answer": declared}
    (row,) = kind.decode([logits], [feature], [case], reading, [])
    assert row == {"id": "q", "prediction": prediction, "gold": [""], "right": float(declared)}


def _prepare(table, **columns):
    meaning = {"columns": columns}
    return kind.prepare(Published(pa.table(table), meaning, "org/squad, test"), meaning)


def test_squads_columns_become_examples():
    answers = [{"text": ["Berlin", "Berlin"], "answer_start": [0, 0]}]
    table = {"q": [" which? "], "c": [LATIN], "a": answers, "i": ["x1"]}
    (example,) = _prepare(table, id="i", question="q", context="c", answers="a")
    assert (example["id"], example["question"], example["answers"]) == ("x1", "which?", ["Berlin", "Berlin"])
    assert example["starts"] == [0, 0] and example["context"] == LATIN


@pytest.mark.parametrize(
    "answers", ["Berlin", {"txt": ["Berlin"], "answer_start": [0]}, {"text": ["Berlin"]}], ids=str
)
def test_answers_of_another_shape_are_refused(answers):
    table = {"q": ["which?"], "c": [LATIN], "a": [answers]}
    with pytest.raises(AtlasError, match=r"org/squad, test.*text.*answer_start"):
        _prepare(table, question="q", context="c", answers="a")


@pytest.mark.parametrize(
    ("published", "start"),
    [(5, 3), (4, 3), (3, 3), (12, 14), (0, 3)],  # the nearest of the two places
)
def test_a_start_that_is_off_moves_to_the_answer(published, start):
    context = "于，，3月，作为订阅，，于，3月"
    answers = {"text": ["3月"], "answer_start": [published]}
    table = pa.table({"q": ["?"], "c": [context], "a": [answers]})
    meaning = {"columns": {"question": "q", "context": "c", "answers": "a"}}
    (example,) = kind.prepare(Published(table, meaning, "org/qa"), meaning)
    assert example["starts"] == [start]
    assert context[start : start + 2] == "3月"
