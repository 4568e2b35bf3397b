"""Which features go together: the batches of an optimiser step, and the parts of one that fit a device.

Everything is a function of lengths and seeds, so a training that goes on after a kill meets the same batches.
"""

import hashlib

import torch

_SORTED_TOGETHER = 50  # batches among which features are sorted by length, as in transformers' Trainer


def generator(*parts):
    """Random generator that depends on `parts` (seed, purpose, number ...) and on nothing else."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:6]))


def length(feature):
    """Tokens of one feature; of several texts side by side, as many as their padded block has."""
    input_ids = feature["input_ids"]
    if isinstance(input_ids[0], list):
        return len(input_ids) * max(map(len, input_ids))
    return len(input_ids)


def by_room(rows, lengths, room):
    """Cut rows into batches of similar length with at most `room` tokens, padding included.

    Parameters
    ----------
    rows : numbers of features
    lengths : tokens of every feature, by its number
    room : tokens; a feature that is longer stands alone

    Yields
    ------
    list of row numbers, the longest first
    """
    batch = []
    for row in sorted(rows, key=lengths.__getitem__, reverse=True):
        if batch and (len(batch) + 1) * lengths[batch[0]] > room:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


class Batches:
    """Endless batches of `size` features: pass after pass in random order, of similar length within a batch.

    A pass shuffles all features, sorts stretches of it by length, cuts them and shuffles the batches.
    """

    def __init__(self, lengths, size, *seed):
        self._lengths, self._size, self._seed = lengths, size, seed
        self.per_pass = -(-len(lengths) // size)
        self._pass, self._order = None, None

    def __getitem__(self, number):
        """Rows of batch `number`, counted from 0 over all passes."""
        which, place = divmod(number, self.per_pass)
        if which != self._pass:
            self._pass, self._order = which, self._shuffled(which)
        return self._order[place]

    def _shuffled(self, which):
        chance = generator(*self._seed, which)
        rows = torch.randperm(len(self._lengths), generator=chance).tolist()
        stretch = self._size * max(1, min(_SORTED_TOGETHER, self.per_pass // 4))
        order = []
        for start in range(0, len(rows), stretch):
            similar = sorted(rows[start : start + stretch], key=self._lengths.__getitem__, reverse=True)
            order += [similar[at : at + self._size] for at in range(0, len(similar), self._size)]
        return [order[place] for place in torch.randperm(len(order), generator=chance).tolist()]


def plan(sizes, text_size, spec):
    """Which stream each optimiser step takes its batch from: one task per step, as in jiant.

    The number of task steps is that of `epochs` passes over min(n, cap) examples of every task; masked-LM
    steps come on top, `rate` of all steps. Alone, masked LM runs `epochs` passes over the text.

    Parameters
    ----------
    sizes : number of features of every task
    text_size : number of masked-LM features
    spec : recipe (epochs, batch_size), sampling (scheme, cap, temperature), mlm, seed

    Returns
    -------
    list of epochs, each a list with a task's number or ``len(sizes)`` for masked LM, one per step
    """
    size, epochs = spec["recipe"]["batch_size"], spec["recipe"]["epochs"]
    if not sizes:
        return [[0] * -(-text_size // size)] * epochs
    sampling = spec["sampling"]
    cap = sampling.get("cap") or max(sizes)
    steps = sum(-(-min(n, cap) // size) for n in sizes)
    rate = spec["mlm"]["rate"] if spec["mlm"] else 0
    weights = _weights(sizes, cap, sampling)
    made = []
    for epoch in range(epochs):
        chance = generator(spec["seed"], "plan", epoch)
        tasks = torch.multinomial(weights, steps, replacement=True, generator=chance).tolist()
        mixed = tasks + [len(sizes)] * round(steps * rate / (1 - rate))
        made.append([mixed[place] for place in torch.randperm(len(mixed), generator=chance).tolist()])
    return made


def _weights(sizes, cap, sampling):
    """P ~ min(n, cap)^(1/T); T = 1 is proportional, uniform is its limit."""
    if sampling["scheme"] == "uniform":
        return torch.ones(len(sizes), dtype=torch.float64)
    counts = torch.tensor([min(n, cap) for n in sizes], dtype=torch.float64)
    return counts ** (1 / sampling.get("temperature", 1))
