"""What a study says about each published claim: rows of `atlas.columns.CLAIMS`."""

from atlas.analysis.deltas import sizes
from atlas.claims import effects as claims
from atlas.claims import facts as claim_facts
from atlas.claims.effects import Lacking

_ON_SCORES = {
    "mean_delta": claims.mean_delta,
    "comparison": claims.comparison,
    "best_per_target": claims.best_per_target,
    "share_improving": claims.share_improving,
}
_ON_FACTS = {"count": claim_facts.count, "rows_match": claim_facts.rows_match}


def compute(spec, scores, deltas, folder):
    """Test every claim.

    Parameters
    ----------
    spec : claims (name -> entry of catalog/claims.yaml), order (their names), metrics (target -> those
        that its score is the mean of), baseline, and facts (what the study selects), as
        `atlas.specs.check_claims` describes them
    scores, deltas : rows of the tables of these names
    folder : the study's folder of results, whose sources hold the data that some claims are about

    Returns
    -------
    list of dict : one row per claim, in the order of the catalogue
    """
    facts = {**spec["facts"], "sizes": sizes(scores)}
    known = claims.gains(scores, deltas, spec["metrics"], spec["baseline"])
    rows = []
    for name in spec["order"]:
        claim = spec["claims"][name]
        found = _test(claim, facts, known, folder)
        verdict, note = claims.judge(claim, found)
        notes = [note] if isinstance(found, Lacking) else [note, claim.get("caveat", "")]
        rows.append(
            {
                "claim": name,
                **{key: claim[key] for key in ("statement", "source", "test")},
                "verdict": verdict,
                **_numbers(found),
                "expected": claim.get("expected"),
                "note": "; ".join(text for text in notes if text),
            }
        )
    return rows


def _test(claim, facts, known, folder):
    if lacks := _not_selected(claim, facts):
        return Lacking(f"the study lacks {'; '.join(lacks)}")
    if claim["test"] in _ON_FACTS:
        return _ON_FACTS[claim["test"]](claim, facts, folder)
    without = [
        f"{intermediate} on {target}"
        for intermediate in [*claim["intermediates"], *claim.get("rivals", [])]
        for target in claim["targets"]
        if (claim["model"], intermediate, target) not in known
    ]
    if without:
        more = f" and {len(without) - 3} more" if len(without) > 3 else ""
        return Lacking(f"no scores with and without {', '.join(without[:3])}{more}")
    return _ON_SCORES[claim["test"]](claim, known)


def _not_selected(claim, facts):
    """What the claim is about and the study does not select, in words."""
    wanted = {
        "model": (_one(claim, "model"), facts["models"]),
        "intermediate task": (
            [*claim.get("intermediates", []), *claim.get("rivals", []), *_one(claim, "task")],
            facts["intermediate_tasks"],
        ),
        "target task": (claim.get("targets", []), facts["target_tasks"]),
    }
    found = []
    for what, (names, there) in wanted.items():
        if missing := [name for name in names if name not in there]:
            found.append(f"{what}{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    return found


def _one(claim, key):
    return [claim[key]] if key in claim else []


def _numbers(found):
    if isinstance(found, Lacking):
        return {"value": None, "ci_low": None, "ci_high": None, "unit": ""}
    return {"value": found.value, "ci_low": found.low, "ci_high": found.high, "unit": found.unit}
