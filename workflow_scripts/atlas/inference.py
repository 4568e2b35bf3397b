"""Batches of features through a model; nothing here knows what a task is."""

import numpy as np
import torch

from atlas.padding import collate

# Caches of a processor want small batches (twice as fast as 8,192 tokens), accelerators large ones.
_TOKENS_PER_BATCH = {"cpu": 2048}
_TOKENS_PER_BATCH_ELSEWHERE = 32768


def outputs_of(model, features, tokenizer, names):
    """Model outputs of every feature, in the features' order.

    Parameters
    ----------
    names : which outputs; several are joined along a new last axis

    Returns
    -------
    list of numpy arrays, each without the batch axis; padding beyond a feature's length is left in
    """

    def read(batch):
        output = model(**batch)
        tensors = [output[name] for name in names]
        return tensors[0] if len(tensors) == 1 else torch.stack(tensors, dim=-1)

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
    model.eval().to("cuda" if torch.cuda.is_available() else "cpu")
    results = [None] * len(features)
    room = _TOKENS_PER_BATCH.get(model.device.type, _TOKENS_PER_BATCH_ELSEWHERE)
    for rows in _batches(features, room):
        batch = collate([features[row] for row in rows], tokenizer)
        inputs = {k: v.to(model.device) for k, v in batch.items() if k in tokenizer.model_input_names}
        for row, result in zip(rows, read(inputs).float().cpu().numpy(), strict=True):
            results[row] = result
    if any(not np.isfinite(result).all() for result in results):
        raise FloatingPointError("the model's outputs hold NaN or infinity")
    return results


def _batches(features, room):
    """Rows in batches of similar length with a bounded number of tokens, the longest first."""
    lengths = [_tokens(feature["input_ids"]) for feature in features]
    order = sorted(range(len(features)), key=lengths.__getitem__, reverse=True)
    batch = []
    for row in order:
        if batch and (len(batch) + 1) * lengths[batch[0]] > room:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _tokens(input_ids):
    if isinstance(input_ids[0], list):
        return len(input_ids) * max(map(len, input_ids))
    return len(input_ids)
