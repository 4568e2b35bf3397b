"""What the jobs of a study cost: by the model's arithmetic beforehand, and by what finished jobs took.

Standard library only: the Snakefile may read this.
"""

import collections
import statistics
from pathlib import Path
from typing import NamedTuple

from atlas import manifests, records
from atlas.planning import shapes, speed, work
from atlas.study import BASELINE
from atlas.task_checks import UNTRAINED

_START = 5  # seconds until a job has its libraries and its model
_PLACES = {
    "pretrain_model": "sources/models/{}/manifest.json",
    "train_intermediate": "checkpoints/intermediate/{}/manifest.json",
    "train_target": "checkpoints/target/{}/manifest.json",
    "predict": "predictions/{}/manifest.json",
}


class Job(NamedTuple):
    """One job that costs: its stage, its cell as records name it, and what it is about."""

    stage: str
    cell: str
    model: str
    task: str = ""


def jobs(study, cells=None):
    """Every job that computes on a device, of all cells or of the given ones, each once."""
    cells = study.cells() if cells is None else cells
    found = {}
    for cell in cells:
        model, intermediate, target, seed = cell.values()
        if model in study.pretrained_models:
            found[Job("pretrain_model", model, model)] = None
        if intermediate != BASELINE:
            place = f"{model}/{intermediate}/seed-{seed}"
            found[Job("train_intermediate", place, model, intermediate)] = None
        place = f"{model}/{intermediate}/{target}/seed-{seed}"
        if study.target_tasks[target]["kind"] not in UNTRAINED:
            found[Job("train_target", place, model, target)] = None
        found[Job("predict", place, model, target)] = None
    return list(found)


class Estimate:
    """Seconds and bytes of a study's jobs.

    Parameters
    ----------
    results : folder of the study's results; what is finished there makes the estimate better
    """

    def __init__(self, study, results):
        self.study, self.results = study, Path(results)
        self.shapes = {name: shapes.of(name, entry, results) for name, entry in study.models.items()}
        self.taken = {
            place: [time * max(self._gpus(place[1]), 1) for time in times]
            for place, times in _taken(self.results).items()
        }
        self._expected, self._means = {}, {}
        ratios = collections.defaultdict(list)
        for (stage, model, task), seconds in self.taken.items():
            self._means[stage, model, task] = statistics.mean(seconds)
            if expected := self.expected(stage, model, task):
                ratio = self._means[stage, model, task] / expected
                for scope in ((stage, model), stage, "all"):
                    ratios[scope].append(ratio)
        self._ratios = {scope: statistics.median(values) for scope, values in ratios.items()}

    def is_done(self, job):
        """Whether a job's result is there, or was there and was dropped."""
        path = self.results / _PLACES[job.stage].format(job.cell)
        return path.exists() or path.with_name(manifests.DROPPED).exists()

    def hours(self, jobs):
        """Sum over jobs, all of known cost."""
        return sum(self.seconds(job) for job in jobs) / 3600

    def gpu(self, model):
        """Whether a model's jobs ask for a GPU."""
        return self._gpus(model) > 0

    def _gpus(self, model):
        return self.study.models.get(model, {}).get("resources", {}).get("gpus", 0)

    def seconds(self, job):
        """Best estimate for a job: what its like took, else arithmetic and how wrong that was; or None.

        Seconds of one device: a job on four GPUs takes a quarter of them.
        """
        place = job.stage, job.model, job.task
        if place in self._means:
            return self._means[place]
        expected = self.expected(*place)
        scopes = (job.stage, job.model), job.stage, "all"
        ratio = next((self._ratios[scope] for scope in scopes if scope in self._ratios), 1)
        return None if expected is None else expected * ratio

    def expected(self, stage, model, task):
        """Seconds by arithmetic alone; None if the model or the task is gone or its size is unknown."""
        place = stage, model, task
        if place not in self._expected:
            self._expected[place] = self._by_arithmetic(*place)
        return self._expected[place]

    def _by_arithmetic(self, stage, model, task):
        shape = self.shapes.get(model)
        tokens = self._tokens(stage, model, task) if shape and self._known(stage, task) else None
        if tokens is None:
            return None
        learning, reading, _ = speed.rates(shape, self.gpu(model))
        return _START + tokens[0] / learning + tokens[1] / reading

    def _known(self, stage, task):
        """Whether the study still has the task of a finished job."""
        file = self.study.intermediate_tasks if stage == "train_intermediate" else self.study.target_tasks
        return stage == "pretrain_model" or task in file

    def _tokens(self, stage, model, task):
        """Subwords that a job learns from and that it only reads."""
        if stage == "pretrain_model":
            recipe = self.study.models[model]["source"]["pretrain"]["recipe"]
            return recipe.get("steps", 0) * recipe.get("batch_size", 0) * 32, 0
        if stage == "predict":
            found = work.prediction(self.study, self.results, task)
            return found and (0, found[1])
        file = "intermediate_tasks" if stage == "train_intermediate" else "target_tasks"
        return work.training(self.study, self.results, file, task, self.study.recipe(model, task, file))


def _taken(results):
    """(stage, model, task) -> seconds of each finished job."""
    found = collections.defaultdict(list)
    for (stage, cell), record in records.read_all(results).items():
        if stage in _PLACES and "seconds" in record:
            model, *tasks = [part for part in cell.split("/") if not part.startswith("seed-")]
            found[stage, model, tasks[-1] if tasks else ""].append(record["seconds"])
    return found
