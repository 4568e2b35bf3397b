"""The one fine-tuning loop: transformers' Trainer, English selection, best epoch kept."""

import logging
import math
import tempfile
import time
from pathlib import Path

import torch
import transformers

from atlas import encoders, inference, kinds, padding
from atlas.errors import AtlasError

_log = logging.getLogger("atlas.training")
_MINUTE = 60


def fit(start, train, tune, spec):
    """Fine-tune the encoder of `start` under a fresh head; keep the epoch that is best on `tune`.

    Equal arguments give equal weights on one machine with one number of threads.

    Parameters
    ----------
    start : folder of the encoder, pretrained or an earlier checkpoint
    train, tune : prepared examples in the training language, lists of dicts
    spec : kind, labels, recipe, seed, pooling, freeze

    Returns
    -------
    model, tokenizer, history : history has one dict per epoch, with `tune_score` in points

    Raises
    ------
    AtlasError
        If the loss becomes NaN or infinite.
    """
    kind, recipe = kinds.of(spec["kind"]), spec["recipe"]
    tokenizer = encoders.load_tokenizer(start)
    features = kind.encode(train, tokenizer, recipe, spec["labels"])
    model = encoders.with_fresh_head(
        start, kind.AUTO_CLASS, spec["labels"], spec["pooling"], seed=spec["seed"]
    )
    if spec["freeze"] == "embeddings":
        encoders.freeze_embeddings(model)
    selection = _Selection(kind, tokenizer, tune, spec)
    with tempfile.TemporaryDirectory() as scratch:
        trainer = transformers.Trainer(
            model=model,
            args=_arguments(scratch, recipe, spec["seed"]),
            train_dataset=features,
            data_collator=padding.collator(tokenizer),
            callbacks=[_Watch(), selection],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        _log.info("%d examples, %d features, recipe %s", len(train), len(features), recipe)
        trainer.train()
    model.load_state_dict(selection.best_state)
    return model, tokenizer, selection.history


def _arguments(scratch, recipe, seed):
    return transformers.TrainingArguments(
        output_dir=scratch,
        per_device_train_batch_size=recipe["batch_size"],
        num_train_epochs=recipe["epochs"],
        learning_rate=recipe["learning_rate"],
        lr_scheduler_type="linear",
        warmup_steps=recipe["warmup_share"],
        weight_decay=recipe["weight_decay"],
        max_grad_norm=recipe["max_gradient_norm"],
        train_sampling_strategy="group_by_length",
        seed=seed,
        data_seed=seed,
        logging_steps=10,
        logging_nan_inf_filter=False,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def tune_score(model, tokenizer, features, examples, kind, spec):
    """Share of what is right in `examples`, in points; what a checkpoint is chosen by."""
    outputs = inference.outputs_of(model, features, tokenizer, kind.OUTPUTS)
    reading = {**spec["recipe"], "no_answer": spec["no_answer"]}
    rows = kind.decode(outputs, features, examples, reading, spec["labels"])
    return 100 * sum(row["right"] for row in rows) / len(rows)


class _Selection(transformers.TrainerCallback):
    """After each epoch: score on the English selection set, keep the weights if they are the best so far."""

    def __init__(self, kind, tokenizer, examples, spec):
        self._kind, self._tokenizer, self._examples, self._spec = kind, tokenizer, examples, spec
        self._features = kind.encode(examples, tokenizer, spec["recipe"], spec["labels"])
        self.history, self.best_state = [], None

    def on_epoch_end(self, args, state, control, model, **kwargs):
        try:
            points = tune_score(
                model, self._tokenizer, self._features, self._examples, self._kind, self._spec
            )
        except FloatingPointError as error:
            raise _diverged(state.global_step, error) from error
        if self.best_state is None or points > max(epoch["tune_score"] for epoch in self.history):
            self.best_state = {k: v.detach().to("cpu", copy=True) for k, v in model.state_dict().items()}
        self.history.append({"epoch": len(self.history) + 1, "tune_score": round(points, 3)})
        _log.info("epoch %d of %d: selection score %.1f", len(self.history), args.num_train_epochs, points)
        model.train()


class _Watch(transformers.TrainerCallback):
    """Stop at NaN; say once a minute how far the training is."""

    def on_train_begin(self, args, state, control, **kwargs):
        self._started = self._told = time.monotonic()

    def on_log(self, args, state, control, logs, **kwargs):
        for name in ("loss", "grad_norm"):
            if not math.isfinite(logs.get(name, 0.0)):
                raise _diverged(state.global_step, f"{name} is {logs[name]}")
        now = time.monotonic()
        if now - self._told > _MINUTE or state.global_step == args.logging_steps:
            self._told = now
            left = (now - self._started) / state.global_step * (state.max_steps - state.global_step)
            _log.info(
                "step %d of %d, loss %.3f, about %.0f s left",
                state.global_step, state.max_steps, logs.get("loss", math.nan), left,
            )  # fmt: skip


def _diverged(step, what):
    return AtlasError(
        f"training diverged by step {step}: {what}. Nothing was saved. Lower `learning_rate` (or raise"
        " `warmup_share`) in the recipe, or look for empty inputs in the data."
    )


def save(model, tokenizer, folder):
    """Write model and tokenizer into `folder`, each file whole or not at all.

    Returns
    -------
    list of the file names written
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".saving-") as scratch:
        model.save_pretrained(scratch)
        tokenizer.save_pretrained(scratch)
        names = sorted(path.name for path in Path(scratch).iterdir())
        for name in names:
            (Path(scratch) / name).replace(folder / name)
    return names
