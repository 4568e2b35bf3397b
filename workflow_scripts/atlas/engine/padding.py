"""Features of unequal length -> tensors, padded to the longest of the batch and no further."""

import functools

import torch

from atlas.kinds import IGNORED

ASIDE = "about"  # what only `decode` needs


def collator(tokenizer):
    """Function from a list of features to the tensors of a batch."""
    return functools.partial(collate, tokenizer=tokenizer)


def collate(features, tokenizer):
    """Stack features: numbers as they are, lists padded at the end, several choices side by side.

    Returns
    -------
    dict : name -> tensor of shape (batch,), (batch, longest) or (batch, n_choices, longest)
    """
    if not isinstance(features[0]["input_ids"][0], list):
        return _pad(features, tokenizer)
    n_choices = len(features[0]["input_ids"])
    names = [name for name in tokenizer.model_input_names if name in features[0]]
    flat = [{name: f[name][choice] for name in names} for f in features for choice in range(n_choices)]
    batch = {name: t.view(len(features), n_choices, -1) for name, t in _pad(flat, tokenizer).items()}
    return {**batch, "labels": torch.tensor([feature["labels"] for feature in features])}


def _pad(features, tokenizer):
    return {
        name: _stack([feature[name] for feature in features], _filler(name, tokenizer))
        for name in features[0]
        if name != ASIDE
    }


def _filler(name, tokenizer):
    if name == "input_ids":
        return tokenizer.pad_token_id
    return IGNORED if name == "labels" else 0


def _stack(values, filler):
    if isinstance(values[0], int):
        return torch.tensor(values)
    longest = max(map(len, values))
    return torch.tensor([[*value, *[filler] * (longest - len(value))] for value in values])
