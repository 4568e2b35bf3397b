"""Texts cut into sentences, as far as candidates of retrieval need it."""

import re

# After a full stop and what may close a quotation, before a capital or a digit. XTREME-R's script has such a
# main rule, and a list of English abbreviations besides.
_END = re.compile(r"""(?<=[.?!])["')\]”]*\s+(?=["'(\[“]?[A-Z0-9])""")


def split(text):
    """Start and end of each sentence of an English text, in characters.

    >>> split('He left. "Why?" 2 stayed.')
    [(0, 8), (9, 15), (16, 25)]
    """
    starts = [0, *(match.end() for match in _END.finditer(text))]
    ends = [*starts[1:], len(text)]
    return [(start, start + len(text[start:end].rstrip())) for start, end in zip(starts, ends, strict=True)]


def sentence_at(text, breaks, position):
    """The sentence in which a character stands; the whole text if it stands in none."""
    for start, end in breaks:
        if start <= position < end:
            return text[start:end]
    return text
