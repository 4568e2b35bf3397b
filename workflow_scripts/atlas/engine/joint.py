"""One encoder under the heads of all streams of a training."""

import torch

from atlas.engine import encoders, parallel, sharding
from atlas.errors import AtlasError


class Joint(torch.nn.Module):
    """Stock models that share their encoder, one for each stream; poolers belong to the heads.

    Parameters
    ----------
    streams : tasks, and text for masked language modelling, last
    start : folder of the encoder
    spec : pooling, freeze and seed; head number i starts from seed + i
    """

    def __init__(self, streams, start, spec):
        super().__init__()
        self._streams, self._spec, self.sharded = streams, spec, False
        self.heads = torch.nn.ModuleList(
            stream.head(start, spec, spec["seed"] + number) for number, stream in enumerate(streams)
        )
        for head in self.heads[1:]:
            _share(self.heads[0].base_model, head.base_model)
            head.tie_weights()
        # The head for masked tokens computes with all words, so that no row of them is ever left out.
        self._rowwise = spec["engine"].get("embeddings") == "rowwise" and spec["mlm"] is None
        words = self._words()
        if spec["freeze"] == "embeddings":
            words.requires_grad_(False)
        else:
            # A part of a batch meets few words; a gradient for all of them costs as much as a layer.
            for module in self.modules():
                if isinstance(module, torch.nn.Embedding) and module.weight is words:
                    module.sparse = True

    def _words(self):
        return self.heads[0].get_input_embeddings().weight

    def forward(self, number, batch):
        """Mean loss of a batch of stream `number`."""
        return self._streams[number].loss(self.heads[number], batch)

    def settle(self):
        """After all parts of a batch: sum up sparse gradients, and make them dense where every row moves."""
        for parameter in self.trained().values():
            if parameter.grad is not None and parameter.grad.is_sparse:
                own = parameter.grad
                parameter.grad = own.coalesce() if self._rowwise else own.to_dense()

    def rowwise(self):
        """Parameters of which a step moves only the rows that its batch meets."""
        return [self._words()] if self._rowwise else []

    def trained(self):
        """Name -> parameter, of what training changes."""
        return {name: p for name, p in self.named_parameters() if p.requires_grad}

    def state(self):
        """Copy of all trained weights; of a model in shards, of this process's."""
        return {name: sharding.local(p).to("cpu", copy=True) for name, p in self.trained().items()}

    def load(self, state):
        """Take the weights of an earlier `state`."""
        for name, parameter in self.trained().items():
            sharding.local(parameter).copy_(state[name])

    def wholes(self, state=None):
        """All trained weights, or those of a `state`, whole; all processes call this."""
        return {
            name: sharding.whole(p if state is None else state[name], p) for name, p in self.trained().items()
        }

    def parts(self, wholes):
        """The `state` that is this process's part of whole weights."""
        return {name: sharding.local(sharding.cut(wholes[name], p)) for name, p in self.trained().items()}

    def tasks(self):
        """Pairs (task, its stock model), text for masked language modelling left out."""
        return [
            (stream, head)
            for stream, head in zip(self._streams, self.heads, strict=True)
            if hasattr(stream, "kind")
        ]

    def result(self, start):
        """What is saved: the stock model of the only task, else the encoder that all heads share.

        Of a model in shards the first process makes it whole, and the others have None.
        """
        tasks = self.tasks()
        if self.sharded:
            weights = {name: sharding.whole(p).cpu() for name, p in self.heads[0].named_parameters()}
            if parallel.rank():
                return None
            made = tasks[0][0].head(start, self._spec, self._spec["seed"])
            made.load_state_dict(weights, strict=False)
            return made
        if len(tasks) == 1:
            return tasks[0][1]
        encoder = encoders.load_encoder(start)
        encoders.carry(self.heads[0].base_model, encoder, str(start))
        return encoder


def _share(encoder, other):
    """Let `other` compute with the parts of `encoder`, its pooler excepted."""
    parts, others = (
        {name: child for name, child in base.named_children() if name != "pooler"}
        for base in (encoder, other)
    )
    if parts.keys() != others.keys():
        raise AtlasError(f"no common encoder: one head's has {sorted(parts)}, another's {sorted(others)}.")
    for name, child in parts.items():
        setattr(other, name, child)
