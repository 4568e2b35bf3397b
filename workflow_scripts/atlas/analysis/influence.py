"""Does a conclusion hang on one family of languages, or on one target? The same model without each."""

import numpy as np

from atlas.analysis import regressions
from atlas.analysis.observations import ALL


def leave_out(questions, spec):
    """Rows of `atlas.columns.INFLUENCE`, for the declared tests over all targets together.

    The term is the interaction of distance and size where there are sizes enough, else the slope on distance.
    `flips` says that the estimate changes its sign or its interval moves over zero.
    """
    declared = spec["declared"]
    names = {tuple(pair) for pair in declared["distances"]}
    rows = []
    for question in questions.all():
        intermediate, target, source, outcome = question
        together = intermediate in (ALL, spec["baseline"]) and target == ALL
        if not together or outcome not in declared["outcomes"]:
            continue
        for name in questions.distances(source):
            if name in names:
                about = dict(
                    zip(("intermediate", "target", "source_language", "outcome"), question, strict=True)
                )
                about.update(zip(("distance", "provider"), name, strict=True))
                found = _of_one(questions.observations(question, name), spec)
                rows += [{**about, **row} for row in found]
    return rows


def _of_one(data, spec):
    whole = regressions.mixed(data, spec, bootstrap=False)
    estimated = {row["term"]: row for row in whole if "estimate" in row}
    terms = [term for term in (regressions.INTERACTION, regressions.DISTANCE) if term in estimated]
    if not terms:
        return []
    rows = []
    for kind in ("family", "target"):
        numbers = getattr(data, kind)
        present = np.unique(numbers)
        for number in present if len(present) > 1 else []:
            rest = data.take(numbers != number)
            found = {row["term"]: row for row in regressions.mixed(rest, spec, bootstrap=False)}
            left_out = {"left_out_kind": kind, "left_out": data.names[kind][number]}
            rows.append({**left_out, **_compared(terms[0], estimated[terms[0]], found.get(terms[0], {}))})
    return rows


def _compared(term, whole, found):
    row = {"term": term, "estimate_all": whole["estimate"], "note": found.get("note", "")}
    if "estimate" not in found:
        return row
    return {
        **row,
        **{name: found[name] for name in ("estimate", "ci_low", "ci_high")},
        "change": found["estimate"] - whole["estimate"],
        "flips": _conclusion(found) != _conclusion(whole),
    }


def _conclusion(row):
    """Sign of the estimate, and whether its interval leaves zero out."""
    return np.sign(row["estimate"]), row["ci_low"] * row["ci_high"] > 0
