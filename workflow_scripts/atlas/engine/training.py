"""Fine-tuning: what a training learns from, the English selection, and the guard against a collapse.

The spec of a training, which is also the part of its key that a study can set:

``streams``   list of tasks: name, kind, labels, reading (how inputs are cut and outputs are read: max_tokens,
              stride, max_answer_tokens, no_answer). One task is ordinary training; several share the encoder,
              each has its own head, and one optimiser step takes its batch from one of them. May be empty if
              there is ``mlm``.
``sampling``  how the task of a step is drawn: ``scheme`` (uniform, proportional, temperature, capped),
              ``cap`` and ``temperature``: p ~ min(n, cap)^(1/T). An epoch is as many steps as one pass over
              min(n, cap) examples of every task.
``mlm``       null, or masked language modelling: ``rate`` (share of all steps, on top of the tasks' own),
              ``mask_rate``, ``max_tokens``. Without tasks an epoch is one pass over the text.
``first``     null, or ``recipe`` of a phase before, on the table `first` of the (only) task's examples,
              under the same head (SIQA before COPA). Its best epoch is chosen on the same selection set.
``recipe``    epochs, batch_size (features per optimiser step), learning_rate (peak), warmup_share,
              weight_decay, max_gradient_norm
``seed``      of heads, order, dropout and masks
``pooling``, ``freeze``   what sentence heads read; weights that stay as they are
``engine``    what the model's entry says of computing: docs/training.md

Selection: the epoch with the best mean over tasks of the share of right answers on the selection set; without
tasks, of restored tokens in the held-out text.
"""

import collections
import logging
import tempfile
from pathlib import Path

import safetensors

from atlas.engine import encoders, loop, resume, sharding, streams
from atlas.engine.features import NO_CACHE
from atlas.engine.joint import Joint
from atlas.errors import AtlasError

_log = logging.getLogger("atlas.engine.training")


def fit(start, examples, spec, text=None, folder=None, caches=()):
    """Fine-tune the encoder of `start` under fresh heads; keep the epoch that is best on the selection sets.

    Equal arguments give equal weights on one machine with one number of threads, also if the process was
    killed on the way and called again with the same `folder`.

    Parameters
    ----------
    start : folder of the encoder, pretrained or an earlier checkpoint
    examples : for each of the spec's streams, part (`train`, `tune`, perhaps `first`) -> prepared examples
    spec : as above
    text : part -> rows with the column `text`, for masked language modelling
    folder : where the state is kept for a resume; None keeps none
    caches : `features.Cache` of each of `examples`, and last of `text`; none makes features anew

    Returns
    -------
    model, tokenizer, history : the stock model of the one task, or the encoder that several share; one dict
        per epoch with `tune_score` in points, `by_task` if there are several, and whether it is `at_chance`

    Raises
    ------
    AtlasError
        If the loss becomes NaN or infinite, or the process was told to end.
    """
    tokenizer = encoders.load_tokenizer(start)
    for told in filter(None, [*(stream["reading"] for stream in spec["streams"]), spec["mlm"]]):
        encoders.check_length(start, told["max_tokens"])
    learnt = _streams(spec, examples, text, tokenizer, caches)
    model = _model(learnt, start, spec)
    store, history = resume.Store(folder), []
    with resume.Signals() as signals:
        for name, recipe in _phases(spec, store):
            for stream in learnt:
                stream.use(name)
            _log.info("%s: %s, recipe %s", name, {s.name: len(s.lengths) for s in learnt}, recipe)
            own = {**spec, "recipe": recipe}
            phase = loop.Phase(model, learnt, own, lambda joint: select(joint, learnt), store, signals, name)
            phase.run()
            history = phase.history
    if "lora" in spec["engine"]:
        from atlas.engine import adapters

        kept = adapters.merge(model.heads[0].base_model)
        if folder is not None:
            adapters.save(kept, spec["engine"]["lora"], folder / "result" / "adapter")
    return model.result(start), tokenizer, history


def _streams(spec, examples, text, tokenizer, caches):
    caches = caches or [NO_CACHE] * (len(examples) + 1)
    tasks = [
        streams.Task(declared, parts, tokenizer, cache)
        for declared, parts, cache in zip(spec["streams"], examples, caches, strict=False)
    ]
    return [*tasks, streams.Text(spec["mlm"], text, tokenizer, caches[-1])] if spec["mlm"] else tasks


def _model(learnt, start, spec):
    """Heads on the encoder, set up as the model's entry says."""
    model = Joint(learnt, start, spec)
    if spec["engine"]:
        from atlas.engine import adapters  # its import takes a second that few trainings need

        adapters.apply(model, spec["engine"], spec["seed"])
    if spec["engine"].get("parallel") == "fsdp":
        sharding.apply(model)
    return model


def _phases(spec, store):
    """Name and recipe of each phase; one that is over before the saved state is left out."""
    phases = [("train", spec["recipe"])]
    if spec["first"]:
        phases.insert(0, ("first", spec["first"]["recipe"]))
    saved = store.facts()
    return phases[[name for name, _ in phases].index(saved["phase"]) :] if saved else phases


def select(model, learnt):
    """Score of the model on the selection sets of all tasks, or on the held-out text if there is no task.

    Returns
    -------
    dict : `tune_score` in points; `at_chance`: whether a task is answered no better than by always giving the
        commonest answer; `by_task` -> points, if there are several
    """
    tasks = model.tasks()
    if not tasks:
        return {"tune_score": round(learnt[-1].tune_score(model.heads[-1]), 3), "at_chance": False}
    rows = {stream.name: stream.predictions(head) for stream, head in tasks}
    points = {name: round(tune_score(own), 3) for name, own in rows.items()}
    found = {
        "tune_score": round(sum(points.values()) / len(points), 3),
        "at_chance": any(at_chance(own) for own in rows.values()),
    }
    return found if len(points) == 1 else {**found, "by_task": points}


def tune_score(rows):
    """Share of what is right in prediction rows, in points; what a checkpoint is chosen by."""
    return 100 * sum(row["right"] for row in rows) / len(rows)


def at_chance(rows):
    """Whether no more is right than if the commonest gold were always given: the training collapsed."""
    by_token = isinstance(rows[0]["prediction"], list)
    golds = collections.Counter()
    for row in rows:
        golds.update(row["gold"] if by_token else [str(row["gold"])])
    weights = [len(row["gold"]) if by_token else 1 for row in rows]
    right = sum(weight * row["right"] for weight, row in zip(weights, rows, strict=True))
    return right <= golds.most_common(1)[0][1]


def save(model, tokenizer, folder):
    """Write model and tokenizer into `folder`, each file whole or not at all.

    Returns
    -------
    list of the file names written

    Raises
    ------
    AtlasError
        If the disk does not take them; what was there before stays.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".saving-") as scratch:
            model.save_pretrained(scratch)
            tokenizer.save_pretrained(scratch)
            names = sorted(path.name for path in Path(scratch).iterdir())
            for name in names:
                (Path(scratch) / name).replace(folder / name)
    except (OSError, safetensors.SafetensorError) as error:
        raise AtlasError(f"{folder}: the checkpoint cannot be written: {error}. Make room.") from error
    return names
