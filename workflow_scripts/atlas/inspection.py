"""Is what lies in results/ what the study would make today, and if not, why not?

Works on the records of the jobs (`atlas.records`) and on what the study says now (`atlas.specs`).
"""

import collections
from pathlib import Path

from atlas import manifests, provenance, records, specs
from atlas.errors import AtlasError, closest


def changed_inputs(results, record):
    """Inputs that are not, or no longer, what the job read."""
    changed = []
    for name, fingerprint in record["inputs"].items():
        path = results / name if (results / name).exists() else Path(name)
        if path.is_file() and _fingerprint(path) != fingerprint:
            changed.append(name)
    return changed


def _fingerprint(path):
    try:
        return records.fingerprint(path)
    except AtlasError:
        return "damaged"


def name_of(job):
    """Stage and cell of a job, for people."""
    return " ".join(filter(None, job))


def differences(study, stage, cell, record, codes):
    """What the study tells the job today otherwise than when it ran.

    Returns
    -------
    list of str : one per setting, module or library: its name, the value then and now
    """
    try:
        stage_spec = getattr(specs, stage)
        wildcards = records.wildcards_of(stage_spec, cell)
        spec, code = stage_spec(study, **wildcards), specs.code(study, stage, **wildcards)
    except (KeyError, AttributeError):
        return ["settings of a cell that the study does not have any more"]
    spec = _plain(spec)
    lines = [
        f"{name}: {_short(then)} when it was made, {_short(now)} now"
        for name, then, now in _compare(record["spec"], spec)
    ]
    if code != record["code"]:
        lines += _code_changes(codes.get(record["code"]), provenance.EXPLAINED[code])
    return lines


def _plain(spec):
    """The spec as a job reads it back from the command line."""
    return provenance.parsed(provenance.canonical(spec))


def _compare(then, now, name=""):
    """Yield (dotted name, value then, value now) of all leaves that differ."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted(then.keys() | now.keys()):
            yield from _compare(then.get(key), now.get(key), f"{name}.{key}".lstrip("."))
    elif then != now:
        yield name or "spec", then, now


def _short(value):
    text = provenance.canonical(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _code_changes(then, now):
    if then is None:
        return ["other code (which modules was not noted)"]
    names = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    return [f"code of {', '.join(names)} changed since"]


def why(study, results, path):
    """Explain an artifact: which job made it, what has changed since, and what a run would redo.

    Raises
    ------
    AtlasError
        If no job noted that it made such a file.
    """
    results = Path(results)
    noted, codes = records.read_all(results), records.codes(results)
    makers = makers_of(noted)
    name = _artifact(results, path, makers)
    lines = [f"{name}: made by {name_of(makers[name])}"]
    if manifests.is_dropped(results / name, noted[makers[name]]["outputs"][name]):
        lines.append(
            "  Its weights were dropped, as the study's `keep` says. A job that needs them trains again."
        )
    stale = set()
    for job in _chain(makers[name], noted, makers):
        changes = differences(study, *job, noted[job], codes)
        changes += [
            f"{other}: has changed since it was read" for other in _own_changes(results, noted[job], makers)
        ]
        if changes:
            stale.add(job)
            lines.append(f"  {name_of(job)}")
            lines += [f"    {change}" for change in changes]
    if not stale:
        return [*lines, "  Nothing that it was made from has changed."]
    redone = collections.Counter(stage for stage, _ in _followers(stale, noted, makers))
    lines.append("A run would redo " + ", ".join(f"{n} {stage}" for stage, n in redone.items()) + ".")
    return lines


def _artifact(results, path, makers):
    path = Path(path)
    for candidate in (path, path.parent / "manifest.json"):
        name = str(candidate.relative_to(results)) if candidate.is_relative_to(results) else str(candidate)
        if name in makers:
            return name
    raise AtlasError(f"{path}: no job noted that it made this. {closest(str(path), makers)}")


def _own_changes(results, record, makers):
    """Changed inputs that no job makes: the user's own files."""
    return [name for name in changed_inputs(results, record) if name not in makers]


def _chain(job, noted, makers):
    """The job and all jobs that it rests on, those it rests on directly first."""
    order, waiting = [], collections.deque([job])
    while waiting:
        current = waiting.popleft()
        if current not in order:
            order.append(current)
            waiting.extend(makers[name] for name in noted[current]["inputs"] if name in makers)
    return order


def withdraw_outdated(study, results):
    """Put aside what the study would make otherwise today, and what follows from it.

    Snakemake sees changed settings and code by its own records in `.snakemake`. Results that were copied
    here, or whose records are lost, are checked against the workflow's records instead.

    Returns
    -------
    list of Path : the artifacts that were put aside, so that the next run makes them again
    """
    results = Path(results)
    if records.snakemake_knows(results):
        return []
    noted, codes = records.read_all(results), records.codes(results)
    makers = makers_of(noted)
    stale = {
        job
        for job, record in noted.items()
        if differences(study, *job, record, codes) or _missed_inputs(record, noted, makers)
    }
    paths = [results / name for job in _followers(stale, noted, makers) for name in noted[job]["outputs"]]
    return [path for path in paths if manifests.withdraw(path)]


def _missed_inputs(record, noted, makers):
    """Inputs that were made again after the job had read them."""
    return [
        name
        for name, fingerprint in record["inputs"].items()
        if name in makers and noted[makers[name]]["outputs"][name] != fingerprint
    ]


def makers_of(noted):
    """Artifact -> the job that noted it."""
    return {name: job for job, record in noted.items() for name in record["outputs"]}


def _followers(stale, noted, makers):
    """Stale jobs and all jobs that follow from them, in the order of the records."""
    found = set(stale)
    while True:
        more = {
            job
            for job, record in noted.items()
            if job not in found and any(makers.get(name) in found for name in record["inputs"])
        }
        if not more:
            return [job for job in noted if job in found]
        found |= more
