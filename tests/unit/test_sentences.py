"""Texts cut into sentences."""

import pytest

from atlas import sentences


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("One only", ["One only"]),
        ('He said "Go." Then (in 1990.) 12 came! ', ['He said "Go."', "Then (in 1990.)", "12 came!"]),
        ("About 3.5 m. and more", ["About 3.5 m. and more"]),  # a small letter follows
        ("It was J. Smith. He left.", ["It was J. Smith.", "He left."]),
        ("Он ушёл. «Куда?» Никто не знал.", ["Он ушёл.", "«Куда?»", "Никто не знал."]),
        ("柏林是首都。巴黎呢？北京！", ["柏林是首都。", "巴黎呢？", "北京！"]),
        ("वह गया। वह रुकी।", ["वह गया।", "वह रुकी।"]),
        ("من هو؟ لا أحد.", ["من هو؟", "لا أحد."]),
        ("Ποιος είναι; Κανείς.", ["Ποιος είναι;", "Κανείς."]),
        ("One; Two", ["One; Two"]),  # no question mark but in Greek
        ("", []),
    ],
)
def test_sentences_end_at_marks_that_end_them(text, cut):
    assert [text[start:end] for start, end in sentences.split(text)] == cut


def test_the_sentence_of_a_character():
    text = "He left. She stayed."
    breaks = sentences.split(text)
    assert sentences.sentence_at(text, breaks, 0) == "He left."
    assert sentences.sentence_at(text, breaks, 9) == "She stayed."
    assert sentences.sentence_at(text, breaks, 8) == text  # between the two
