"""Batches of unequal length."""

from atlas.engine.padding import collate, collator
from atlas.kinds import IGNORED


def test_lists_are_padded_to_the_longest_and_no_further(tiny_tokenizer):
    features = [
        {"input_ids": [0, 5, 2], "attention_mask": [1, 1, 1], "labels": [IGNORED, 1, IGNORED], "about": 0},
        {"input_ids": [0, 2], "attention_mask": [1, 1], "labels": [IGNORED, IGNORED], "about": 1},
    ]
    batch = collate(features, tiny_tokenizer)
    assert batch["input_ids"].tolist() == [[0, 5, 2], [0, 2, tiny_tokenizer.pad_token_id]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch["labels"].tolist() == [[IGNORED, 1, IGNORED], [IGNORED] * 3]
    assert "about" not in batch


def test_numbers_are_stacked(tiny_tokenizer):
    features = [
        {"input_ids": [0, 2], "start_positions": 1, "labels": 3},
        {"input_ids": [0, 2], "start_positions": 0, "labels": 4},
    ]
    batch = collator(tiny_tokenizer)(features)
    assert batch["start_positions"].tolist() == [1, 0]
    assert batch["labels"].tolist() == [3, 4]


def test_choices_lie_side_by_side(tiny_tokenizer):
    pad = tiny_tokenizer.pad_token_id
    features = [
        {"input_ids": [[0, 7, 2], [0, 2]], "attention_mask": [[1, 1, 1], [1, 1]], "labels": 1, "about": 0},
        {"input_ids": [[0, 2], [0, 8, 9, 2]], "attention_mask": [[1, 1], [1] * 4], "labels": 0, "about": 1},
    ]
    batch = collate(features, tiny_tokenizer)
    assert batch["input_ids"].tolist() == [
        [[0, 7, 2, pad], [0, 2, pad, pad]],
        [[0, 2, pad, pad], [0, 8, 9, 2]],
    ]
    assert batch["attention_mask"].sum(-1).tolist() == [[3, 2], [2, 4]]
    assert batch["labels"].tolist() == [1, 0]
