"""Published claims about the make-up of an experiment: counts, and what the rows of its data say."""

import re

from atlas import artifacts, manifests
from atlas.claims.effects import Found, Lacking

_IMPORTED = Lacking("imported scores do not say how they were made")


def count(claim, facts, folder):
    """Count what the claim counts; an exact number, so its interval has no width.

    Parameters
    ----------
    claim : entry with `of`, a name of `_COUNTS`
    facts : what the study selects
    folder : the study's folder of results
    """
    counted = _COUNTS[claim["of"]](claim, facts, folder)
    if isinstance(counted, Found | Lacking):
        return counted
    return Found(counted, counted, counted, claim["of"])


def rows_match(claim, facts, folder):
    """Share of a task's published training rows whose column fits one of the patterns, in percent.

    Zero if a pattern fits no row at all.
    """
    source, _ = manifest_paths(folder, claim["task"])
    if not source.exists():
        return _not_fetched(claim)
    tables = [
        artifacts.read_table(source.parent / entry["file"]) for entry in _training(manifests.read(source))
    ]
    column = claim["column"]
    values = [text for table in tables if column in table.column_names for text in table[column].to_pylist()]
    if not any(values):
        return Lacking(f"the data of {claim['task']} at hand say nothing in column {column}")
    fits = [[bool(re.search(pattern, str(value or ""))) for value in values] for pattern in claim["patterns"]]
    share = 100 * sum(map(any, zip(*fits, strict=True))) / len(values)
    unused = [pattern for pattern, found in zip(claim["patterns"], fits, strict=True) if not any(found)]
    if unused:
        return Found(0.0, 0.0, 0.0, "% of rows", f"none of {len(values):,} rows fits {', '.join(unused)}")
    return Found(share, share, share, "% of rows", f"{len(values):,} rows")


def manifest_paths(folder, task):
    """Manifests that a claim about the rows of an intermediate task reads: as published, and prepared."""
    return [
        folder / "sources" / "datasets" / task / "training" / "manifest.json",
        folder / "prepared" / "intermediate" / task / "manifest.json",
    ]


def _not_fetched(claim):
    return Lacking(f"the data of {claim['task']} are not fetched yet")


def _languages(claim, facts, folder):
    if facts["selected_languages"]:
        return Lacking("the study has a selection of its targets' languages")
    return len({code for name in claim["targets"] for code in facts["target_tasks"][name]["languages"]})


def _kinds(claim, facts, folder):
    kinds = {facts["intermediate_tasks"][name]["kind"] for name in claim["intermediates"]}
    return _IMPORTED if "" in kinds else len(kinds)


def _untrained_targets(claim, facts, folder):
    trained = [facts["target_tasks"][name]["trained"] for name in claim["targets"]]
    return _IMPORTED if None in trained else sum(not one for one in trained)


def _phases(claim, facts, folder):
    """Trainings that a score of the claim's cells rests on: pretraining, intermediate, target."""
    trained = [facts["target_tasks"][name]["trained"] for name in claim["targets"]]
    return _IMPORTED if None in trained else 1 + bool(claim["intermediates"]) + any(trained)


def _rows(claim, facts, folder):
    """Published training rows of a task that have what the task needs, before any limit."""
    paths = manifest_paths(folder, claim["task"])
    if not all(path.exists() for path in paths):
        return _not_fetched(claim)
    source, prepared = map(manifests.read, paths)
    dropped = prepared["tables"]["train"].get("dropped", {}).values()
    rows = sum(entry["rows"] for entry in _training(source)) - sum(sum(lost.values()) for lost in dropped)
    if rows < claim["expected"]:
        part = "the copy at hand holds fewer than published, so it may be a part of them"
        return Found(rows, None, None, claim["of"], part)
    return rows


def _parameters(claim, facts, folder):
    if claim["model"] not in facts["sizes"]:
        return Lacking(f"no scores of {claim['model']} yet")
    return facts["sizes"][claim["model"]]["n_parameters_total"] / 1e6


def _training(manifest):
    """Entries of the tables of the training part: `train`, or `train-1`, `train-2`, ..."""
    return [entry for name, entry in manifest["tables"].items() if re.fullmatch(r"train(-\d+)?", name)]


_COUNTS = {
    "languages": _languages,
    "target tasks": lambda claim, facts, folder: len(claim["targets"]),
    "intermediate tasks": lambda claim, facts, folder: len(claim["intermediates"]),
    "kinds of task": _kinds,
    "targets without training data": _untrained_targets,
    "million parameters": _parameters,
    "phases": _phases,
    "training rows": _rows,
}
