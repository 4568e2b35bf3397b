"""Which checkpoints a study does not keep once all that is made of them is scored."""

import itertools

from atlas.study import BASELINE
from atlas.task_checks import UNTRAINED


def unkept(study, cells):
    """Folders, below `checkpoints/`, whose weights go.

    Parameters
    ----------
    cells : dicts (model, intermediate, target, seed), those that have scores at the end of the run
    """
    if study.keep == "all" or study.imported:
        return []
    folders = [
        "target/{model}/{intermediate}/{target}/seed-{seed}".format(**cell)
        for cell in cells
        if study.target_tasks[cell["target"]]["kind"] not in UNTRAINED
    ]
    return folders + (_intermediates(study, cells) if study.keep == "none" else [])


def _intermediates(study, cells):
    """Intermediate checkpoints from which every target is there."""
    place = ("model", "intermediate", "seed")
    cells = sorted(cells, key=lambda cell: [str(cell[name]) for name in place])
    groups = itertools.groupby(cells, key=lambda cell: [cell[name] for name in place])
    return [
        f"intermediate/{model}/{intermediate}/seed-{seed}"
        for (model, intermediate, seed), group in groups
        if intermediate != BASELINE and len(list(group)) == len(study.target_tasks)
    ]
