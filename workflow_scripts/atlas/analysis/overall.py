"""One number for a model: the overall score as XTREME defines it (`evaluate.py`, arXiv 2003.11080).

Score of a task = mean over its languages, the source language among them; for answers the mean of exact match
and F1. Score of a group = mean over its tasks; overall = mean over all tasks, not over groups.
"""

from collections import defaultdict
from statistics import fmean

ALL = "all"
# What XTREME and XTREME-R score a task by: of its metrics the first of these.
_OFFICIAL = (
    "seqeval_f1", "mlqa_f1", "f1", "squad2_f1", "mining_f1", "map_at_20", "mrr_at_20", "accuracy"
)  # fmt: skip
_WITH = {"f1": "exact_match", "mlqa_f1": "mlqa_exact_match", "squad2_f1": "squad2_exact_match"}


def overall(rows, targets):
    """Overall score and scores of groups, of each model, intermediate task and seed.

    Parameters
    ----------
    rows : dicts with the columns of scores.parquet
    targets : name -> entry with `metrics`, `languages` and perhaps `group`

    Returns
    -------
    list of dict : model, intermediate, seed, group (`ALL` for all tasks), score in points, n_tasks, missing.
        The score is null unless every task of the group has a score in each of its languages; `missing` lists
        the tasks that have not.
    """
    points = defaultdict(dict)
    for row in rows:
        cell = (row["model"], row["intermediate"], row["seed"])
        points[cell][row["target"], row["metric"], row["language"]] = row["score"]
    groups = {ALL: list(targets)}
    for name, entry in targets.items():
        if "group" in entry:
            groups.setdefault(entry["group"], []).append(name)
    return [
        {**dict(zip(("model", "intermediate", "seed"), cell, strict=True)), **found}
        for cell, own in points.items()
        for found in _of_groups({name: task_score(own, name, e) for name, e in targets.items()}, groups)
    ]


def official_metrics(entry):
    """Metrics of an entry that its score in XTREME is the mean of: one, or F1 and exact match."""
    metric = next((name for name in _OFFICIAL if name in entry["metrics"]), entry["metrics"][0])
    return [metric, *(other for other in [_WITH.get(metric)] if other in entry["metrics"])]


def task_score(points, name, entry):
    """Mean over languages and official metrics in points; None if a language lacks one.

    Parameters
    ----------
    points : (target, metric, language) -> points
    """
    wanted = [(name, metric, code) for metric in official_metrics(entry) for code in entry["languages"]]
    found = [points.get(key) for key in wanted]
    return None if None in found else fmean(found)


def _of_groups(scores, groups):
    for group, names in groups.items():
        missing = [name for name in names if scores[name] is None]
        score = None if missing else fmean(scores[name] for name in names)
        yield {"group": group, "score": score, "n_tasks": len(names), "missing": missing}
