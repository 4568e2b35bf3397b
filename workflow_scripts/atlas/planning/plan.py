"""What a study would cost, is costing and did cost, in words."""

import collections

from atlas import lifecycle
from atlas.errors import AtlasError
from atlas.files import read_json
from atlas.planning import order, speed, work
from atlas.planning.estimate import Estimate, jobs
from atlas.study import BASELINE

_WEIGHT, _TRAINING = 4, 16  # bytes of a stored weight; of one in training, with its optimiser's state
_TOKENIZER = 20e6  # bytes of a checkpoint's other files, as XLM-R's are
_DEVICES = {True: "GPU", False: "processor"}
_ROW = 200  # bytes of a prediction with what it adds to each metric


def lines(study, estimate):
    """All that `plan` prints, without the budget."""
    return [
        *_grid(study),
        *_jobs(study, estimate),
        *_hours(study, estimate),
        *_disk(study, estimate),
        *_warnings(study, estimate),
        *_taken(study, estimate),
    ]


def _grid(study):
    scores = sum(len(study.target_tasks[cell["target"]]["languages"]) for cell in study.cells())
    yield (
        f"{study.name}: {len(study.models)} models x {len(study.intermediates)} intermediate tasks (one is"
        f" {BASELINE}) x {len(study.target_tasks)} targets x {len(study.seeds)} seeds ="
        f" {len(study.cells()):,} cells, {scores:,} with languages"
    )


def _jobs(study, estimate):
    done = collections.Counter()
    total = collections.Counter()
    for job in jobs(study):
        total[job.stage] += 1
        done[job.stage] += estimate.is_done(job)
    cells = study.cells()
    total["score"] = len(cells)
    path = "scores/{model}/{intermediate}/{target}/seed-{seed}.json"
    done["score"] = sum((estimate.results / path.format(**cell)).exists() for cell in cells)
    yield "\njobs                     all    done   to do"
    for stage, number in total.items():
        yield f"{stage:20} {number:7,} {done[stage]:7,} {number - done[stage]:7,}"
    yield "(with fetching, preparation and analysis, and what has changed: `snakemake -n`)"


def _hours(study, estimate):
    """A line for each model: hours of its jobs, and those to do."""
    yield "\nhours                   device    weights    train  predict      all    to do"
    sums, unknown = collections.defaultdict(collections.Counter), collections.Counter()
    for job in jobs(study):
        seconds = estimate.seconds(job)
        if seconds is None:
            unknown[job.task or job.model] += 1
            continue
        sums[job.model]["predict" if job.stage == "predict" else "train"] += seconds / 3600
        sums[job.model]["to do"] += (not estimate.is_done(job)) * seconds / 3600
    for model, own in sums.items():
        shape, device = estimate.shapes[model], _DEVICES[estimate.gpu(model)]
        weights = f"{shape.total / 1e6:,.1f} M" if shape else "?"
        yield (
            f"{model:20} {device:>9} {weights:>10} {own['train']:8.2f} {own['predict']:8.2f}"
            f" {own['train'] + own['predict']:8.2f} {own['to do']:8.2f}"
        )
    for gpu in {estimate.gpu(model): None for model in study.models}:
        left = sum(own["to do"] for model, own in sums.items() if estimate.gpu(model) == gpu)
        yield f"to do: {left:.1f} {_DEVICES[gpu]} hours"
    if unknown:
        found = ", ".join(f"{number} of {name}" for name, number in unknown.items())
        yield f"not counted, since their size is unknown before they are fetched and prepared: jobs {found}"
    yield from _sources(study, estimate)


def _sources(study, estimate):
    known = {model: shape for model, shape in estimate.shapes.items() if shape}
    found = {speed.rates(shape, estimate.gpu(model))[2] for model, shape in known.items()}
    yield (
        "speed: "
        + "; ".join(sorted(found))
        + (", and what finished jobs here took" if estimate.taken else "; no finished job here tells better")
    )


def _disk(study, estimate):
    """Checkpoints at the end of the run by model, with what the study keeps, and the rest."""
    dropped = set(lifecycle.unkept(study, study.cells()))
    places = {"train_intermediate": "intermediate", "train_target": "target"}
    kept = collections.Counter(
        job.model
        for job in jobs(study)
        if job.stage in places and f"{places[job.stage]}/{job.cell}" not in dropped
    )
    yield f"\n{f'disk (keep: {study.keep})':26} a checkpoint  all kept  state of one training"
    total = 0.0
    for model, shape in estimate.shapes.items():
        if shape is None:
            yield f"{model:20} unknown until it is fetched"
            continue
        files = _TOKENIZER if "hub" in study.models[model]["source"] else 0
        size = _checkpoint(estimate.results, model) or shape.total * _WEIGHT + files
        total += size * (kept[model] + 1)  # and the pretrained weights
        sizes = _size(size), _size(size * kept[model]), _size(shape.total * _TRAINING)
        yield "{:26} {:>12} {:>9} {:>12}".format(model, *sizes)
    rows = [work.prediction(study, estimate.results, target) for target in study.target_tasks]
    share = len(study.cells()) / len(study.target_tasks)
    predictions = sum(found[0] for found in rows if found) * share * _ROW
    yield f"all: {_size(total + predictions)}, of it {_size(predictions)} predictions and scores"


def _size(count):
    """Bytes in words."""
    unit, name = next(((10**n, s) for n, s in ((12, "TB"), (9, "GB")) if count >= 10**n), (10**6, "MB"))
    return f"{count / unit:.1f} {name}"


def _checkpoint(results, model):
    """Bytes of a finished checkpoint of a model; None if there is none."""
    for manifest in (results / "checkpoints").glob(f"*/{model}/**/manifest.json"):
        return sum(fact["size"] for fact in read_json(manifest)["files"].values())
    return None


def _warnings(study, estimate):
    """Models whose trainings are expected to need more memory than their entry asks for."""
    for model, shape in estimate.shapes.items():
        gpu = estimate.gpu(model)
        needed = shape and speed.memory(shape, gpu)
        asked = study.models[model].get("resources", {}).get("mem_mb", 4000)
        if needed and not gpu and needed > asked:
            yield (
                f"\nMEMORY: {model} asks for mem_mb {asked:,} in catalog/models.yaml; a training is expected"
                f" to need {needed:,.0f}."
            )


def _taken(study, estimate):
    """How far the estimate was off, by rule and model."""
    if sums := _errors(study, estimate):
        yield "\nestimate and truth                        jobs  hours estimated    taken   taken / estimated"
        for (stage, model), (number, taken, expected) in {**sums, ("all", ""): _total(sums)}.items():
            yield f"{stage:20} {model:20} {number:5} {expected:16.2f} {taken:8.2f} {taken / expected:19.2f}"


def _errors(study, estimate):
    """(rule, model) -> jobs that are finished, hours that they took, and hours that were expected.

    Expected before anything was fetched, prepared or run; or as early as the size of the task was known.
    """
    before = Estimate(study, estimate.results / "before")  # a folder without results
    sums = collections.defaultdict(lambda: [0, 0.0, 0.0])
    for place, seconds in estimate.taken.items():
        if expected := before.expected(*place) or estimate.expected(*place):
            own = sums[place[:2]]
            own[0] += len(seconds)
            own[1] += sum(seconds) / 3600
            own[2] += len(seconds) * expected / 3600
    return sums


def _total(sums):
    return [sum(column) for column in zip(*sums.values(), strict=True)]


def outcome(study, results):
    """One line on what all finished jobs took and were expected to; none where nobody can tell."""
    try:
        sums = {} if study.imported else _errors(study, Estimate(study, results))
    except AtlasError:  # a damaged record, which `verify` names, is no reason to fail at the end of a run
        sums = {}
    if sums:
        _, taken, expected = _total(sums)
        yield f"Computing took {taken:.2f} hours so far; {expected:.2f} were estimated (`make plan`)."


def budget_lines(study, estimate, hours):
    """What fits into a budget, and in which order."""
    inside, spent = order.within(study, estimate, hours)
    yield (
        f"\nin {hours:g} hours: {len(inside)} of {len(study.cells())} cells in {spent:.2f} hours, with what"
        f" is finished; the whole grid takes {estimate.hours(jobs(study)):.2f}"
    )
    by_model = collections.Counter(cell["model"] for cell in inside)
    yield "  " + ", ".join(f"{number} of {model}" for model, number in by_model.items())
    for cell in inside[:10]:
        yield "  {model} {intermediate} {target} seed {seed}".format(**cell)
    if len(inside) > 10:
        yield f"  and {len(inside) - 10} more"
    yield f"run them: snakemake ... --config budget={hours:g}"
