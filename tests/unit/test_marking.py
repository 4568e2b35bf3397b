"""Words marked in their sentence."""

import pytest

from atlas.errors import AtlasError
from atlas.marking import mark


@pytest.mark.parametrize(
    ("text", "span", "marked"),
    [
        ("a bank of the river", (2, 6), "a { bank } of the river"),
        ("Approach a task.", ("0", "8"), "{ Approach } a task."),  # at the start; numbers as text
        ("the end", (4, 7), "the { end }"),
        ("作出肯定的决定", (2, 4), "作出 { 肯定 } 的决定"),
        ("a {set} of sets", (11, 15), "a (set) of { sets }"),  # one pair of marks alone
    ],
)
def test_the_word_stands_between_marks(text, span, marked):
    assert mark(text, span, "row 1") == marked


@pytest.mark.parametrize("span", [(2, 2), (4, 2), (3, 30), (-1, 2), ("0-3", "5")])
def test_a_span_outside_the_text_is_refused(span):
    with pytest.raises(AtlasError, match="^file, row 3: the word is said to be at characters"):
        mark("a bank", span, "file, row 3")
