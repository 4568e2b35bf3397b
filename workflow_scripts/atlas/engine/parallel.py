"""Several processes that train one model on parts of each batch: gradients add up to those of the whole.

One process is the usual case, and nothing here then does anything. The processes are started by `run`, one
for each GPU (or, for a test, on the processor); accelerate says which of them this is and joins them.
"""

import os
import socket

import torch
from accelerate import PartialState
from torch import distributed

from atlas.errors import AtlasError


def size():
    """Number of processes that train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank():
    """Number of this process among them."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def share_of(room, lengths):
    """Tokens of a part such that every process gets one where that is possible."""
    if size() == 1:
        return room
    return max(min(room, sum(lengths) // size()), *lengths)


def own(parts, even=False):
    """Of the parts (tensors, count) of a batch, those that this process computes.

    Parameters
    ----------
    even : give each process as many, some of them of count 0 that add nothing
    """
    if even:
        parts = [*parts, *[(parts[0][0], 0)] * (-len(parts) % size())]
    return parts[rank() :: size()]


def add_up(parameters, total):
    """Let gradients and loss be the sums over all processes, in place."""
    if size() == 1:
        return
    parameters = list(parameters)
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    flat = torch.cat([total.view(1), *(parameter.grad.view(-1) for parameter in parameters)])
    distributed.all_reduce(flat)
    summed = flat.split([1, *(parameter.numel() for parameter in parameters)])
    total.copy_(summed[0][0])
    for parameter, gradient in zip(parameters, summed[1:], strict=True):
        parameter.grad.copy_(gradient.view_as(parameter.grad))


def any_of(*flags):
    """Whether any process says yes, for each flag."""
    if size() == 1:
        return flags
    said = torch.tensor([float(flag) for flag in flags], device=PartialState().device)
    distributed.all_reduce(said)
    return tuple(bool(flag) for flag in said.tolist())


def run(function, processes, *arguments):
    """Call a function of a module in `processes` new processes that know each other, and wait for them.

    Raises
    ------
    AtlasError
        If one of them fails; the others are ended.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        torch.multiprocessing.spawn(_process, (function, processes, port, arguments), processes)
    except torch.multiprocessing.ProcessRaisedException as error:
        raise AtlasError(
            f"one of {processes} processes failed: {str(error).strip().splitlines()[-1]}"
        ) from error


def _process(number, function, processes, port, arguments):
    os.environ |= {
        "RANK": str(number),
        "LOCAL_RANK": str(number),
        "WORLD_SIZE": str(processes),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    PartialState(cpu=not torch.cuda.is_available())
    try:
        function(*arguments)
    finally:
        distributed.destroy_process_group()
