"""Words marked in their sentence, for tasks that ask about one occurrence of a word."""

from atlas.errors import AtlasError

_ESCAPED = str.maketrans("{}", "()")


def mark(text, span, place):
    """Text with ``{ }`` around the characters of `span`; braces of the text itself become round.

    The marks are those of Mewsli-X's baseline; plain characters work as well as new tokens would
    (arXiv 2102.01373) and need no change of the vocabulary.

    Parameters
    ----------
    span : number of the first character and of the one after the last, as numbers or text
    place : what to call the row in messages

    Raises
    ------
    AtlasError
        If the span is empty or lies outside the text.

    >>> mark("a bank of the river", (2, 6), "row 1")
    'a { bank } of the river'
    """
    start, end = (int(number) if str(number).isdecimal() else -1 for number in span)
    if not 0 <= start < end <= len(text):
        raise AtlasError(
            f"{place}: the word is said to be at characters {span[0]} to {span[1]} of {text!r:.80}, which has"
            f" {len(text)}. Correct the columns of the span in the task's entry: start, then end."
        )
    before, word, after = (
        part.translate(_ESCAPED).strip() for part in (text[:start], text[start:end], text[end:])
    )
    return f"{before} {{ {word} }} {after}".strip()
