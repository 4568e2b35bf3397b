"""Pretrain a masked language model from random weights: small encoders, on a CPU core, within minutes."""

import logging
import math
import random
import time

import torch
from torch.nn import functional
from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

from atlas.engine.vocabulary import MASK, PAD, SPECIAL
from atlas.errors import AtlasError, closest

_log = logging.getLogger("atlas.engine.pretraining")
_BUCKET = 16  # batches among which sequences are sorted by length
_TELL = 10  # seconds between progress lines
MODEL = {"layers": 2, "width": 64, "heads": 2, "max_tokens": 64, "initializer_range": 0.05}
RECIPE = {
    "steps": 4000,
    "batch_size": 64,
    "learning_rate": 3.0e-3,
    "mask_rate": 0.2,
    "warmup_share": 0.1,
    "weight_decay": 0.01,
    "max_gradient_norm": 1.0,
}
_KEYS = ("model", "recipe", "seed", "text", "tokenizer")
_MAY_BE_ZERO = ("steps", "warmup_share", "weight_decay")


def check(spec):
    """Complete a spec's `model` and `recipe` and refuse what cannot be built.

    Returns
    -------
    model, recipe : dicts with every setting

    Raises
    ------
    AtlasError
        Naming the setting, what was found and the fix.
    """
    _check_names("pretrain", spec, _KEYS)
    for part, known in (("model", MODEL), ("recipe", RECIPE)):
        _check_names(f"pretrain.{part}", spec.get(part, {}), known)
        _check_numbers(f"pretrain.{part}", spec.get(part, {}), known)
    if missing := [name for name in ("seed", "text", "tokenizer") if name not in spec]:
        raise AtlasError(f"pretrain: lacks {', '.join(missing)}.")
    model, recipe = {**MODEL, **spec.get("model", {})}, {**RECIPE, **spec.get("recipe", {})}
    if model["width"] % model["heads"]:
        fitting = [str(n) for n in range(1, model["width"] + 1) if model["width"] % n == 0]
        raise AtlasError(
            f"pretrain.model: {model['heads']} heads do not divide width {model['width']}. Heads that"
            f" do: {', '.join(fitting)}."
        )
    if recipe["mask_rate"] >= 1:
        raise AtlasError(f"pretrain.recipe: mask_rate {recipe['mask_rate']} is no share between 0 and 1.")
    return model, recipe


def _check_names(place, found, known):
    for name in found:
        if name not in known:
            raise AtlasError(f"{place}: unknown key {name!r}. {closest(name, known)}")


def _check_numbers(place, values, known):
    for name, value in values.items():
        whole = isinstance(known[name], int)
        fits = type(value) is int or (type(value) is float and not whole)
        if not fits or value < 0 or (value == 0 and name not in _MAY_BE_ZERO):
            wanted = "a whole number" if whole else "a number, with a dot (3.0e-3)"
            zero = "0 or more" if name in _MAY_BE_ZERO else "above 0"
            raise AtlasError(f"{place}.{name}: found {value!r}, needs {wanted} {zero}.")


def make_model(settings, vocabulary_size, seed):
    """Build an XLM-R encoder with its language-model head, randomly initialised from `seed`."""
    torch.manual_seed(seed)
    return XLMRobertaForMaskedLM(
        XLMRobertaConfig(
            vocab_size=vocabulary_size,
            hidden_size=settings["width"],
            num_hidden_layers=settings["layers"],
            num_attention_heads=settings["heads"],
            intermediate_size=4 * settings["width"],
            max_position_embeddings=settings["max_tokens"] + PAD + 1,  # positions count from there
            type_vocab_size=1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            initializer_range=settings["initializer_range"],
            layer_norm_eps=1e-5,
        )
    )


def encode(documents, tokenizer):
    """Token numbers of every document; a single text that is too long gives several sequences.

    Returns
    -------
    list of lists of int
    """
    single = [text for text, second in documents if not second]
    pairs = [document for document in documents if document[1]]
    sequences = []
    if single:
        sequences += tokenizer(single, truncation=True, return_overflowing_tokens=True)["input_ids"]
    if pairs:
        firsts, seconds = zip(*pairs, strict=True)
        sequences += tokenizer(list(firsts), list(seconds), truncation=True)["input_ids"]
    return sequences


def train(model, sequences, recipe, seed):
    """Train in place with masked language modelling.

    Linear warm-up and decay; of the chosen tokens 80 % become the mask, 10 % another token, 10 % stay.

    Returns
    -------
    dict : steps, tokens_seen, final_loss (mean over the last 50 steps, nats per masked token)

    Raises
    ------
    AtlasError
        If the loss is no longer finite.
    """
    steps, losses, tokens = recipe["steps"], [], 0
    if steps == 0:
        return {"steps": 0, "tokens_seen": 0, "final_loss": None}
    optimizer = torch.optim.AdamW(
        model.parameters(),
        recipe["learning_rate"],
        betas=(0.9, 0.98),
        weight_decay=recipe["weight_decay"],
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _schedule(recipe))
    generator, batches = torch.Generator().manual_seed(seed), _batches(sequences, recipe, seed)
    tell = _progress(steps)
    model.train()
    for step in range(1, steps + 1):
        batch = next(batches)
        tokens += int((batch != PAD).sum())
        loss = _loss(model, batch, recipe["mask_rate"], generator)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe["max_gradient_norm"])
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise AtlasError(
                f"pretraining: the loss became {losses[-1]} at step {step}. Lower learning_rate."
            )
        tell(step, losses, tokens)
    model.eval()
    recent = losses[-50:]
    return {"steps": steps, "tokens_seen": tokens, "final_loss": sum(recent) / len(recent)}


def _schedule(recipe):
    warmup = max(1, recipe["warmup_share"] * recipe["steps"])
    decay = max(1, recipe["steps"] - warmup)
    return lambda step: min((step + 1) / warmup, max(0.02, (recipe["steps"] - step) / decay))


def _batches(sequences, recipe, seed):
    """Yield padded batches without end, each pass in a new order, of sequences alike in length."""
    rng, size = random.Random(seed), recipe["batch_size"]
    order = list(range(len(sequences)))
    while True:
        rng.shuffle(order)
        batches = []
        for start in range(0, len(order), size * _BUCKET):
            bucket = sorted(order[start : start + size * _BUCKET], key=lambda i: len(sequences[i]))
            batches += [bucket[first : first + size] for first in range(0, len(bucket), size)]
        rng.shuffle(batches)
        for batch in batches:
            rows = [torch.tensor(sequences[number]) for number in batch]
            yield torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


def _loss(model, batch, rate, generator):
    shown, hidden = _hide(batch, rate, model.config.vocab_size, generator)
    states = model.roberta(shown, attention_mask=(batch != PAD).long())[0]
    # The head over the vocabulary costs most, so only hidden tokens pass it.
    return functional.cross_entropy(model.lm_head(states[hidden]), batch[hidden])


def _hide(batch, rate, vocabulary_size, generator):
    hidden = (torch.rand(batch.shape, generator=generator) < rate) & (batch >= len(SPECIAL))
    if not hidden.any():
        hidden[0, 1] = True  # a loss over nothing is not a number
    kind = torch.rand(batch.shape, generator=generator)
    shown = batch.masked_fill(hidden & (kind < 0.8), MASK)
    replaced = hidden & (kind >= 0.8) & (kind < 0.9)
    other = torch.randint(len(SPECIAL), vocabulary_size, batch.shape, generator=generator)
    return torch.where(replaced, other, shown), hidden


def _progress(steps):
    started = told = time.monotonic()

    def tell(step, losses, tokens):
        nonlocal told
        now = time.monotonic()
        if now - told < _TELL and step != steps:
            return
        told, passed = now, now - started
        recent = losses[-50:]
        _log.info(
            "step %d of %d, loss %.2f, %.0f tokens/s, about %.0f s left",
            step, steps, sum(recent) / len(recent), tokens / passed, passed / step * (steps - step),
        )  # fmt: skip

    return tell
