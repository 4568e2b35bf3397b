"""Is a declared claim whole? What each kind of test needs, and one measure of success.

Light imports only: the Snakefile reads this module.
"""

import re

from atlas.errors import AtlasError, closest

_CELLS = ("model", "intermediates", "targets")
NEEDED = {
    "mean_delta": _CELLS,
    "comparison": (*_CELLS, "rivals"),
    "best_per_target": _CELLS,
    "share_improving": _CELLS,
    "rows_match": ("task", "column", "patterns"),
}
COUNTED = {
    "languages": ("targets",),
    "target tasks": ("targets",),
    "intermediate tasks": ("intermediates",),
    "kinds of task": ("intermediates",),
    "targets without training data": ("targets",),
    "million parameters": ("model",),
    "phases": ("intermediates", "targets"),
    "training rows": ("task",),
}
_GENERAL = {"statement", "source", "test", "of", "expected", "within", "above", "below", "caveat"}
# Key of a claim -> files of the catalogue that have its names.
_NAMES = {
    "model": ("models",),
    "task": ("intermediate_tasks",),
    "intermediates": ("intermediate_tasks", "variants"),
    "rivals": ("intermediate_tasks", "variants"),
    "targets": ("target_tasks",),
}


def check(claim, place):
    """Refuse a claim that lacks what its test needs, or has what it does not use.

    Raises
    ------
    AtlasError
        Naming the claim, the key and the fix.
    """
    if claim["test"] == "count" and "of" not in claim:
        raise AtlasError(f"{place}: test count needs `of`. Allowed: {', '.join(COUNTED)}.")
    needed = COUNTED[claim["of"]] if claim["test"] == "count" else NEEDED[claim["test"]]
    if missing := [key for key in needed if key not in claim]:
        raise AtlasError(f"{place}: test {claim['test']} needs {', '.join(missing)} too.")
    if unused := sorted(set(claim) - _GENERAL - set(needed)):
        raise AtlasError(f"{place}: test {claim['test']} does not use {', '.join(unused)}. Remove it.")
    for pattern in claim.get("patterns", []):
        try:
            re.compile(pattern)
        except re.error as error:
            raise AtlasError(f"{place}.patterns: {pattern!r} is no regular expression: {error}.") from None
    if ("expected" in claim) == ("above" in claim or "below" in claim):
        raise AtlasError(f"{place}: needs either expected or a direction, above or below.")


def check_names(claim, catalog, place):
    """Refuse a claim about a model, task or target that the catalogue does not have.

    Raises
    ------
    AtlasError
        With the closest names.
    """
    for key, files in _NAMES.items():
        names = claim.get(key, [])
        there = [name for file in files for name in catalog[file]]
        for name in [names] if isinstance(names, str) else names:
            if name not in there:
                where = " or ".join(f"{file}.yaml" for file in files)
                raise AtlasError(f"{place}.{key}: {name!r} is not in {where}. {closest(name, there)}")
