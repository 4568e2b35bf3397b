"""Batches of features through a model; nothing here knows what a task is."""

import numpy as np
import torch

from atlas.engine import batching, devices, encoders
from atlas.engine.padding import collate

# Caches of a processor want small batches (twice as fast as 8,192 tokens), accelerators large ones.
_TOKENS_PER_BATCH = {"cpu": 1024}
_TOKENS_PER_BATCH_ELSEWHERE = 32768


def read(kind, model, features, tokenizer, reading):
    """What a kind's `decode` wants of the model: outputs by name, its own embeddings, or mean ones."""
    if hasattr(kind, "OUTPUTS"):
        return outputs_of(model, features, tokenizer, kind.OUTPUTS)
    if hasattr(kind, "embed"):
        return _run(lambda inputs: kind.embed(model, inputs), model, features, tokenizer)
    layer = encoders.retrieval_layer(model, reading.get("layer", "default"))
    return embeddings_of(model, features, tokenizer, layer)


def outputs_of(model, features, tokenizer, names, reduce=lambda tensor: tensor):
    """Model outputs of every feature, in the features' order.

    Parameters
    ----------
    names : which outputs; several are joined along a new last axis
    reduce : function of a batch's outputs that makes them smaller before they leave the device

    Returns
    -------
    list of numpy arrays, each without the batch axis; padding beyond a feature's length is left in
    """

    def read(batch):
        output = model(**batch)
        tensors = [output[name] for name in names]
        return reduce(tensors[0] if len(tensors) == 1 else torch.stack(tensors, dim=-1))

    return _run(read, model, features, tokenizer)


def embeddings_of(model, features, tokenizer, layer):
    """Mean over all tokens, special ones included, of a hidden state (0 = embeddings).

    Returns
    -------
    list of numpy arrays of shape (width,)
    """

    def read(batch):
        hidden = model(**batch, output_hidden_states=True).hidden_states[layer]
        mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        return (hidden * mask).sum(1) / mask.sum(1)

    return _run(read, model, features, tokenizer)


@torch.inference_mode()
def _run(read, model, features, tokenizer):
    model.eval()
    if model.device != devices.place():  # shards may not be moved
        model.to(devices.place())
    results = [None] * len(features)
    room = _TOKENS_PER_BATCH.get(model.device.type, _TOKENS_PER_BATCH_ELSEWHERE)
    lengths = [batching.length(feature) for feature in features]
    for rows in batching.by_room(range(len(features)), lengths, room):
        batch = collate([features[row] for row in rows], tokenizer)
        inputs = {k: v.to(model.device) for k, v in batch.items() if k in tokenizer.model_input_names}
        for row, result in zip(rows, read(inputs).float().cpu().numpy(), strict=True):
            results[row] = result
    if any(not np.isfinite(result).all() for result in results):
        raise FloatingPointError("the model's outputs hold NaN or infinity")
    return results
