"""Messages that offer what was probably meant."""

import pytest

from atlas.errors import closest


@pytest.mark.parametrize(
    ("name", "allowed", "said"),
    [
        ("xnil", ["xnli", "udpos"], "Did you mean xnli? Allowed: udpos, xnli."),
        ("zzz", ["xnli", "udpos"], "Allowed: udpos, xnli."),
        ("", [], "Allowed: ."),
        (3, [1, 2], "Allowed: 1, 2."),
    ],
)
def test_the_closest_name_comes_first(name, allowed, said):
    assert closest(name, allowed) == said


def test_a_long_list_is_cut():
    assert closest("x", range(100)).endswith(", ....")
