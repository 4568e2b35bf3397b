"""Two sentences with one marked word each -> one label: whether a word means the same in both (WiC)."""

from atlas.marking import mark
from atlas.sentence_pairs import AUTO_CLASS, EXAMPLES, OUTPUTS, PREDICTIONS, TEXTS, decode, encode

__all__ = ["AUTO_CLASS", "EXAMPLES", "OUTPUTS", "PREDICTIONS", "TEXTS", "decode", "encode", "prepare"]


def prepare(published, meaning):
    """Published rows -> examples; spans are pairs of columns, start and end in characters."""
    marked = [
        [
            mark(text, span, published.where(row))
            for row, (text, span) in enumerate(
                zip(published.values(side), published.values(f"{side}_span"), strict=True)
            )
        ]
        for side in ("first", "second")
    ]
    rows = zip(*marked, published.values("label"), strict=True)
    return [
        {"id": str(row), "first": first, "second": second, "label": published.label(label, row)}
        for row, (first, second, label) in enumerate(rows)
    ]
