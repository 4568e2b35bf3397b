"""One or two sentences -> one label: NLI, paraphrase, topic."""

from atlas.sentence_pairs import AUTO_CLASS, EXAMPLES, OUTPUTS, PREDICTIONS, TEXTS, decode, encode

__all__ = ["AUTO_CLASS", "EXAMPLES", "OUTPUTS", "PREDICTIONS", "TEXTS", "decode", "encode", "prepare"]


def prepare(published, meaning):
    """Published rows -> examples; `second` is null for tasks of one sentence."""
    seconds = published.values("second") if "second" in published else [None] * published.size
    rows = zip(published.ids(), published.values("first"), seconds, published.values("label"), strict=True)
    return [
        {"id": own, "first": first, "second": second, "label": published.label(label, row)}
        for row, (own, first, second, label) in enumerate(rows)
    ]
