"""Published claims, each a declared test on a study's tables or data: effects of intermediate tasks.

A claim is tested on the model, tasks and targets that it was made for, and on nothing else; what a study
lacks of them makes the claim not testable. Effects are in points (0-100): the mean delta over all languages
of a target, the source language included as in XTREME's task scores, then the plain mean over targets.
"""

import math
from collections import defaultdict
from typing import NamedTuple

from atlas.analysis import statistics
from atlas.analysis.deltas import CELL

SUPPORTED, CONTRADICTED, NOT_TESTABLE = "supported", "contradicted", "not testable with this grid"
_NORMAL = 1.959964  # 97.5 % quantile
_ONE_SEED = "one seed gives no interval, so nothing can be told"


class Found(NamedTuple):
    """What a test found: the value with its interval (None: unknown), its unit, and what else to say."""

    value: float
    low: float | None
    high: float | None
    unit: str
    note: str = ""


class Lacking(NamedTuple):
    """Why a test could not be done."""

    note: str


class Gain(NamedTuple):
    """Effect by seed in points, and its standard error from the choice of the test examples."""

    by_seed: dict
    error: float


def judge(claim, found):
    """Turn what a test found into a verdict.

    A claim of a direction (`above`, `below`) is supported if the whole interval lies on its side and
    contradicted if none of it does. A claim of a number is contradicted if the interval misses the number by
    more than `within`, and supported if it meets it and leaves out zero. Whatever else is not testable.

    Returns
    -------
    verdict, note
    """
    if isinstance(found, Lacking):
        return NOT_TESTABLE, found.note
    if found.low is None:
        return NOT_TESTABLE, found.note
    if "expected" in claim:
        reach = claim.get("within", 0)
        meets = found.low <= claim["expected"] + reach and claim["expected"] - reach <= found.high
        fits, against = meets and not found.low <= 0 <= found.high, not meets
    else:
        lowest, highest = claim.get("above", -math.inf), claim.get("below", math.inf)
        fits = lowest < found.low and found.high < highest
        against = found.high <= lowest or found.low >= highest
    if fits or against:
        return SUPPORTED if fits else CONTRADICTED, found.note
    return NOT_TESTABLE, _joined(found.note, "undecided: the interval is too wide for a verdict")


def gains(scores, deltas, metrics, baseline):
    """Effect of every intermediate task on every target.

    Parameters
    ----------
    scores, deltas : rows of the tables of these names (`atlas.columns`)
    metrics : target -> metrics whose mean is the task's score, as XTREME defines it (`analysis.overall`)
    baseline : name of the intermediate that trains nothing

    Returns
    -------
    dict : (model, intermediate, target) -> Gain. A seed counts if it has every language of the cell with and
        without the intermediate. The error takes the languages of a target to share their examples
    """
    cells, differences = _task_scores(scores, metrics), defaultdict(lambda: defaultdict(list))
    for cell, by_seed in cells.items():
        without = cells.get((cell[0], baseline, *cell[2:]), {})
        if cell[1] != baseline:
            for seed in by_seed.keys() & without.keys():
                differences[cell[:3]][seed].append(by_seed[seed] - without[seed])
    errors = defaultdict(list)
    for row in deltas:
        errors[row["model"], row["intermediate"], row["target"]].append(row.get("se_examples") or 0.0)
    found = {}
    for place, by_seed in differences.items():
        most = max(map(len, by_seed.values()))
        whole = {seed: _mean(values) for seed, values in sorted(by_seed.items()) if len(values) == most}
        found[place] = Gain(whole, _mean(errors[place]) if errors[place] else 0.0)
    return found


def _task_scores(scores, metrics):
    """Map cell -> seed -> points, the mean over the target's metrics; a seed that lacks one is left out."""
    found = defaultdict(lambda: defaultdict(list))
    for row in scores:
        if row["metric"] in metrics.get(row["target"], ()) and row["score"] is not None:
            found[tuple(row[name] for name in CELL)][row["seed"]].append(row["score"])
    return {
        cell: {seed: _mean(v) for seed, v in by_seed.items() if len(v) == len(metrics[cell[2]])}
        for cell, by_seed in found.items()
    }


def mean_delta(claim, known):
    """Mean effect of the claim's intermediate tasks over its targets."""
    return _found(_overall(known, claim["model"], claim["intermediates"], claim["targets"]))


def comparison(claim, known):
    """Mean effect of the claim's intermediate tasks minus that of its rivals."""
    ours = _overall(known, claim["model"], claim["intermediates"], claim["targets"])
    rivals = _overall(known, claim["model"], claim["rivals"], claim["targets"])
    shared = {
        seed: ours.by_seed[seed] - rivals.by_seed[seed] for seed in ours.by_seed.keys() & rivals.by_seed
    }
    return _found(Gain(shared, math.hypot(ours.error, rivals.error)))


def best_per_target(claim, known):
    """Mean over targets of the effect of the best intermediate task of each.

    The best one is chosen by the other seeds: chosen by the scores that it is then judged by, it would gain
    by chance alone.
    """
    chosen = []
    for target in claim["targets"]:
        options = [known[claim["model"], name, target] for name in claim["intermediates"]]
        seeds = set.intersection(*(set(option.by_seed) for option in options))
        by_seed = {seed: _best_elsewhere(options, seed, seeds - {seed}) for seed in seeds if len(seeds) > 1}
        chosen.append(Gain(by_seed, max(option.error for option in options)))
    return _found(_over_targets(chosen))


def share_improving(claim, known):
    """Share of the pairs of intermediate task and target with a gain, in percent.

    The ends of the interval count the pairs whose own interval includes zero as losses, and as gains.
    """
    intervals = [
        _found(known[claim["model"], name, target])
        for name in claim["intermediates"]
        for target in claim["targets"]
    ]
    if any(isinstance(one, Lacking) or one.low is None for one in intervals):
        return Lacking(_ONE_SEED)
    gained = sum(one.low > 0 for one in intervals)
    lost = sum(one.high < 0 for one in intervals)
    share = 100 / len(intervals)
    note = f"{gained} gain, {lost} lose, {len(intervals) - gained - lost} cannot be told from zero"
    return Found(share * gained, share * gained, share * (len(intervals) - lost), "% of pairs", note)


def _best_elsewhere(options, seed, others):
    best = max(options, key=lambda option: _mean(option.by_seed[other] for other in others))
    return best.by_seed[seed]


def _overall(known, model, intermediates, targets):
    """Mean effect over intermediate tasks, which share the test examples of a target, and over targets."""
    by_target = []
    for target in targets:
        own = [known[model, name, target] for name in intermediates]
        by_target.append(Gain(_by_shared_seed(own), _mean(gain.error for gain in own)))
    return _over_targets(by_target)


def _over_targets(found):
    return Gain(_by_shared_seed(found), math.hypot(*(gain.error for gain in found)) / len(found))


def _by_shared_seed(found):
    shared = set.intersection(*(set(gain.by_seed) for gain in found))
    return {seed: _mean(gain.by_seed[seed] for gain in found) for seed in sorted(shared)}


def _found(gain):
    """Mean over seeds; its interval joins the parts of seeds (t) and of test examples."""
    if not gain.by_seed:
        return Lacking("no seed has all the scores that the claim is about")
    mean, _, _, high = statistics.mean_interval(list(gain.by_seed.values()))
    if math.isnan(high):
        return Found(float(mean), None, None, "points", _ONE_SEED)
    reach = math.hypot(high - mean, _NORMAL * gain.error)
    return Found(float(mean), float(mean - reach), float(mean + reach), "points")


def _mean(values):
    values = list(values)
    return math.fsum(values) / len(values)


def _joined(*notes):
    return "; ".join(note for note in notes if note)
