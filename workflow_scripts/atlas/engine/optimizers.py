"""How weights move: by AdamW, and embeddings row by row if the model's entry says so."""

import torch

from atlas.engine import sharding


class Optimizers:
    """AdamW without decay of biases and norms, as in transformers' Trainer; row-wise matrices by SparseAdam.

    SparseAdam touches neither weights nor moments of rows without a gradient, and knows no decay.

    Parameters
    ----------
    trained : parameters
    rowwise : those of them whose gradients are sparse
    recipe : learning_rate and weight_decay
    """

    def __init__(self, trained, rowwise, recipe):
        apart = {id(parameter) for parameter in rowwise}
        dense = [parameter for parameter in trained if id(parameter) not in apart]
        groups = [
            {"params": [p for p in dense if p.dim() > 1], "weight_decay": recipe["weight_decay"]},
            {"params": [p for p in dense if p.dim() <= 1], "weight_decay": 0.0},
        ]
        rate = recipe["learning_rate"]
        self._all = [torch.optim.AdamW(groups, lr=rate, fused=True)]
        if rowwise:
            self._all.append(torch.optim.SparseAdam(rowwise, lr=rate))

    def step(self, rate):
        """One step at a learning rate, by the gradients that are there."""
        for optimizer in self._all:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()

    def zero_grad(self):
        """Forget all gradients."""
        for optimizer in self._all:
            optimizer.zero_grad()

    def tensors(self):
        """State to save: name -> tensor; all processes call this."""
        return {
            f"{which}.{number}.{name}": sharding.whole(torch.as_tensor(value))
            for which, optimizer in enumerate(self._all)
            for number, values in optimizer.state_dict()["state"].items()
            for name, value in values.items()
        }

    def load(self, tensors):
        """Take a state that `tensors` gave."""
        for which, optimizer in enumerate(self._all):
            state = optimizer.state_dict()
            moved = [p for group in optimizer.param_groups for p in group["params"]]
            for name, tensor in tensors.items():
                own, number, value = name.split(".")
                if int(own) == which:  # SparseAdam counts its steps in a plain number
                    known = tensor if tensor.is_floating_point() else int(tensor)
                    if known is tensor and tensor.dim():
                        known = sharding.cut(tensor, moved[int(number)])
                    state["state"].setdefault(int(number), {})[value] = known
            optimizer.load_state_dict(state)


def clip(parameters, limit):
    """Scale gradients to a norm of at most `limit`, sparse ones by their values; the norm before."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    values = [gradient.values() if gradient.is_sparse else gradient for gradient in gradients]
    norm = sharding.norm(values)
    factor = torch.clamp(limit / (norm + 1e-6), max=1.0)  # as torch's clip_grad_norm_
    for own in values:
        sharding.local(own).mul_(factor)
    return norm
