"""Texts cut into sentences."""

import pytest

from atlas import sentences


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("One only", ["One only"]),
        ('He said "Go." Then (in 1990.) 12 came! ', ['He said "Go."', "Then (in 1990.)", "12 came!"]),
        ("About 3.5 m. and more", ["About 3.5 m. and more"]),  # no capital follows
    ],
)
def test_sentences_end_before_a_capital_or_a_digit(text, cut):
    assert [text[start:end] for start, end in sentences.split(text)] == cut


def test_the_sentence_of_a_character():
    text = "He left. She stayed."
    breaks = sentences.split(text)
    assert sentences.sentence_at(text, breaks, 0) == "He left."
    assert sentences.sentence_at(text, breaks, 9) == "She stayed."
    assert sentences.sentence_at(text, breaks, 8) == text  # between the two
