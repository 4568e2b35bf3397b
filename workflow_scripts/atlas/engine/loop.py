"""Optimiser steps: gradients of a whole batch in parts that fit, selection after each epoch, exact resume.

The random state of every step is a function of seed and step number, so nothing of it has to be saved: a
training that goes on after a kill draws what it would have drawn.
"""

import contextlib
import logging
import math

import torch

from atlas.engine import batching, devices, parallel, streams
from atlas.engine.optimizers import Optimizers, clip
from atlas.engine.progress import Progress
from atlas.engine.reports import Reports
from atlas.engine.resume import Interrupted
from atlas.errors import AtlasError

_log = logging.getLogger("atlas.engine.training")
_LOOK = 10  # steps between looks at the loss, which on an accelerator wait for it
# Processors are fastest with what fits their caches, accelerators with much at once.
_ROOM = {"cpu": 1024}
_ROOM_ELSEWHERE = 16384


class Diverged(AtlasError):
    """The loss, its gradient or the model's outputs are no longer finite."""


def _diverged(step, what):
    return Diverged(
        f"training diverged by step {step}: {what}. Nothing was saved. Lower `learning_rate` (or raise"
        " `warmup_share`) in the recipe, or look for empty inputs in the data."
    )


class Phase:
    """One run through a plan of steps with one recipe, from the model as it is.

    Parameters
    ----------
    model : `joint.Joint`
    sources : streams, in the order of the model's heads
    spec : recipe, seed, sampling, mlm and engine of the training
    select : function of the model -> dict with `tune_score`, in points, called after each epoch
    store, signals : where the state goes and who may ask for an end
    name : of the phase; part of every seed
    """

    def __init__(self, model, sources, spec, select, store, signals, name="train"):
        self._model, self._streams, self._spec = model, sources, spec
        self._select, self._store, self._signals, self._name = select, store, signals, name
        self._device, self._precision = devices.place(), spec["engine"].get("precision", "auto")
        self._room = room(spec["engine"], self._device.type)
        self._plan()
        if not model.sharded:
            model.to(self._device)
        self._optimizer = Optimizers(model.trained().values(), model.rowwise(), spec["recipe"])
        self.history, self.best, self._step, self._losses = [], None, 0, []

    def _plan(self):
        seed, size = self._spec["seed"], self._spec["recipe"]["batch_size"]
        sizes = [len(stream.lengths) for stream in self._streams if hasattr(stream, "kind")]
        text = len(self._streams[-1].lengths) if self._spec["mlm"] else 0
        epochs = batching.plan(sizes, text, self._spec)
        self._ends, self._turns, uses = set(), [], [0] * len(self._streams)
        for epoch in epochs:
            for stream in epoch:
                self._turns.append((stream, uses[stream]))
                uses[stream] += 1
            self._ends.add(len(self._turns))
        self._batches = [
            batching.Batches(stream.lengths, size, seed, self._name, stream.name) for stream in self._streams
        ]

    def run(self):
        """Train to the end, then give the model its best weights; `history` has one dict per epoch."""
        self._restore()
        progress = Progress(len(self._turns), self._step, Reports(self._name, self._spec, self._step))
        with contextlib.closing(progress):
            while self._step < len(self._turns):
                self._model.train()
                self._losses.append(self._one_step(progress))
                self._step += 1
                if self._step % _LOOK == 0 or self._step in self._ends:
                    self._look(progress)
                if self._step in self._ends:
                    self._end_epoch(progress)
                self._save_if_wanted()
        self._model.load(self.best)

    def _one_step(self, progress):
        number, use = self._turns[self._step]
        stream = self._streams[number]
        chance = batching.generator(self._spec["seed"], self._name, "mask", self._step)
        features = stream.features(self._batches[number][use], chance)
        while True:
            try:
                loss, norm = self._gradients(number, features, progress)
                break
            except torch.OutOfMemoryError as error:
                self._shrink(stream, features, error)
        self._optimizer.step(learning_rate(self._step, len(self._turns), self._spec["recipe"]))
        return torch.stack((loss, norm))

    def _gradients(self, number, features, progress):
        """Gradients of the mean loss over all features, computed in parts; (loss, norm of the gradient)."""
        stream = self._streams[number]
        self._optimizer.zero_grad()
        torch.manual_seed(batching.generator(self._spec["seed"], self._name, self._step).initial_seed())
        lengths = [batching.length(feature) for feature in features]
        rows = range(len(features))
        room = parallel.share_of(self._room, lengths)
        parts = [rows] if stream.whole else batching.by_room(rows, lengths, room)
        batches = [stream.batch([features[row] for row in part]) for part in parts]
        counts = [streams.units(batch) for batch in batches]
        total = torch.zeros((), device=self._device)
        sharded = self._model.sharded  # then all processes compute in step
        for batch, count in parallel.own(list(zip(batches, counts, strict=True)), even=sharded):
            if count or sharded:  # masked-LM parts may have nothing to restore
                progress.add(batch)
                batch = {name: tensor.to(self._device) for name, tensor in batch.items()}
                with devices.autocast(self._precision):
                    loss = self._model(number, batch) * (count / sum(counts))
                loss.backward()
                total += loss.detach()
        self._model.settle()
        parallel.add_up([] if sharded else self._model.trained().values(), total)
        return total, clip(self._model.parameters(), self._spec["recipe"]["max_gradient_norm"])

    def _shrink(self, stream, features, error):
        """Halve the parts of a batch after one did not fit; the batch of the step stays."""
        self._optimizer.zero_grad()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        longest = max(batching.length(feature) for feature in features)
        if stream.whole or self._room <= longest or parallel.size() > 1:
            raise AtlasError(
                f"step {self._step}: not enough memory for an example of {longest} tokens. Lower"
                " `max_tokens` of the task, or give the model's entry gradient_checkpointing, lora or (where"
                " several processes train) a lower tokens_per_batch."
            ) from error
        self._room = max(self._room // 2, longest)
        _log.warning(
            "step %d: out of memory; parts of a batch now hold %d tokens, a whole batch as many as before",
            self._step, self._room,
        )  # fmt: skip

    def _look(self, progress):
        means = dict(zip(("loss", "gradient"), torch.stack(self._losses).mean(0).tolist(), strict=True))
        for name, mean in means.items():
            if not math.isfinite(mean):
                raise _diverged(self._step, f"the {name} is no longer finite")
        rate = learning_rate(self._step - 1, len(self._turns), self._spec["recipe"])
        progress.tell(self._step, **means, learning_rate=rate)
        self._losses = []

    def _end_epoch(self, progress):
        try:
            with devices.autocast(self._precision):
                entry = self._select(self._model)
        except FloatingPointError as error:
            raise _diverged(self._step, error) from error
        if self.best is None or entry["tune_score"] > max(e["tune_score"] for e in self.history):
            self.best = None  # frees the copy before, so that there is one at a time
            self.best = self._model.state()
        self.history.append({"epoch": len(self.history) + 1, **entry})
        progress.note(self._step, tune_score=entry["tune_score"])
        _log.info("epoch %d of %d: %s", len(self.history), len(self._ends), entry)

    def _save_if_wanted(self):
        due = parallel.rank() == 0 and self._store.due()
        told, due = parallel.any_of(bool(self._signals.received), due)
        if told or due:
            self._save()
        if told and self._step < len(self._turns):
            raise Interrupted(
                f"ended by {self._signals.received} after step {self._step} of {len(self._turns)}. The state"
                " is saved: run the workflow again and it goes on from there."
            )

    def _save(self):
        tensors = {f"model.{name}": tensor for name, tensor in self._model.wholes().items()}
        if self.best:
            best = self._model.wholes(self.best)
            tensors |= {f"best.{name}": tensor for name, tensor in best.items()}
        tensors |= {f"optimizer.{name}": tensor for name, tensor in self._optimizer.tensors().items()}
        facts = {"phase": self._name, "step": self._step, "room": self._room, "history": self.history}
        if parallel.rank() == 0:
            self._store.save(tensors, facts)
        _log.info("state saved after step %d of %d", self._step, len(self._turns))

    def _restore(self):
        facts = self._store.facts()
        if facts is None or facts["phase"] != self._name:
            return
        parts = {"model": {}, "best": {}, "optimizer": {}}
        for name, tensor in self._store.tensors().items():
            part, _, rest = name.partition(".")
            parts[part][rest] = tensor
        self._model.load(self._model.parts(parts["model"]))
        self.best = self._model.parts(parts["best"]) if parts["best"] else None
        self._optimizer.load(parts["optimizer"])
        self._step, self._room, self.history = facts["step"], facts["room"], facts["history"]
        _log.info("going on after step %d of %d", self._step, len(self._turns))


def room(engine, device):
    """Subwords of a part of a batch: what the model's entry says, or what suits the type of device."""
    return engine.get("tokens_per_batch") or _ROOM.get(device, _ROOM_ELSEWHERE)


def learning_rate(step, steps, recipe):
    """Rate of a step, counted from 0: linear warm-up over `warmup_share` of all steps, then linear decay."""
    warmup = -int(-steps * recipe["warmup_share"] // 1)
    share = step / warmup if step < warmup else (steps - step) / max(steps - warmup, 1)
    return recipe["learning_rate"] * share
