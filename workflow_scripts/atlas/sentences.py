"""Texts cut into sentences, as far as candidates of retrieval need it.

LAReQA publishes breaks of its test paragraphs, which are used where an entry names their column. This rule
stands in for them, and for the English rules by which XTREME-R cuts its training paragraphs.
"""

import re

_CLOSING = r"[\"'’”»)\]」』）]*"
# A full stop (but not that of an initial), question or exclamation mark with what may close
# a quotation, before a blank and anything but a small letter; or a full-width one, before anything.
_END = re.compile(rf"(?:(?<!\b\w)\.|[?!؟।;]){_CLOSING}\s+|[。！？]{_CLOSING}\s*")
_GREEK = re.compile(r"[\u0370-\u03ff]")


def split(text):
    """Start and end of each sentence of a text, in characters.

    >>> split('He left. "Why?" 2 stayed.')
    [(0, 8), (9, 15), (16, 25)]
    """
    starts = [0, *(match.end() for match in _END.finditer(text) if _is_end(text, match))]
    ends = [*starts[1:], len(text)]
    cut = ((start, start + len(text[start:end].rstrip())) for start, end in zip(starts, ends, strict=True))
    return [(start, end) for start, end in cut if end > start]


def _is_end(text, match):
    following = text[match.end() : match.end() + 2].lstrip("\"'‘“«([「『（")[:1]
    question_mark = not match.group().startswith(";") or _GREEK.search(text)  # as Greek writes it
    return question_mark and not following.islower()


def sentence_at(text, breaks, position):
    """The sentence in which a character stands; the whole text if it stands in none."""
    for start, end in breaks:
        if start <= position < end:
            return text[start:end]
    return text
