"""The cells that a study's budget buys, as the rules ask for them. Light imports: the Snakefile reads it."""

from atlas.planning import order
from atlas.planning.estimate import Estimate


class Budget:
    """Which cells are run, and which first.

    Parameters
    ----------
    study : with a `budget`, in hours
    results : folder of its results, whose finished jobs count and make the estimate better
    """

    def __init__(self, study, results):
        self._cells, _ = order.within(study, Estimate(study, results), study.budget)
        self._known = {}

    def buys(self, cell):
        """Whether a cell, or a model, target or other part of one, is among what is run."""
        names = [name for name in cell if name in ("model", "intermediate", "target", "seed")]
        return not names or tuple(cell[name] for name in names) in self._parts(tuple(names))

    def rank(self, wildcards):
        """In (0, 1], the higher the earlier, by the first cell that has these wildcards; 0 where none has."""
        parts = {name: value for name, value in wildcards.items() if name != "study"}
        parts["seed"] = int(parts["seed"])
        place = self._parts(tuple(parts)).get(tuple(parts.values()))
        return 0 if place is None else 1 - place / len(self._cells)

    def _parts(self, names):
        """Values of these names -> place of the first cell that has them."""
        if names not in self._known:
            found = {}
            for place, cell in enumerate(self._cells):
                found.setdefault(tuple(cell[name] for name in names), place)
            self._known[names] = found
        return self._known[names]
