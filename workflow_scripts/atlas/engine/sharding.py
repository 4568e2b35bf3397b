"""A model too large for one device, cut into shards, one for each process of a job: FSDP as torch has it.

Every layer is gathered for its own forward and backward pass and then let go. Weights, gradients and the
optimiser's moments of a process are those of its shard; what is saved is whole. Without shards, all functions
here give back what they are given.
"""

import torch
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from atlas.engine import devices, parallel
from atlas.errors import AtlasError


def apply(model):
    """Cut a `joint.Joint` into shards, layer by layer, if several processes train it.

    Raises
    ------
    AtlasError
        If several heads share the encoder: their passes gather different weights.
    """
    if parallel.size() == 1:
        return
    if len(model.heads) > 1:
        raise AtlasError(
            "`parallel: fsdp` trains one task at a time, and no masked language model. Use `parallel: ddp` or"
            " lora for this model, or leave the variants that mix tasks out."
        )
    head = model.heads[0]
    mesh = init_device_mesh(devices.place().type, (parallel.size(),))
    layers = set(head._no_split_modules or ())
    for module in head.modules():
        if isinstance(module, torch.nn.Embedding):
            module.sparse = False  # shards have dense gradients
    for module in [own for own in head.modules() if type(own).__name__ in layers] + [head]:
        fully_shard(module, mesh=mesh, reshard_after_forward=True)  # also after the pass of a prediction
    for module in head.modules():
        if isinstance(module, FSDPModule):  # gradients of a batch's parts add up
            module.set_gradient_divide_factor(1.0)
            module.set_force_sum_reduction_for_comms(True)
    model.sharded = True


def local(tensor):
    """What this process holds of a tensor, detached."""
    tensor = tensor.detach()
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def whole(tensor, like=None):
    """The whole of a tensor, or of the shard of one that is cut like `like`; all processes call this."""
    tensor = tensor.detach()
    if isinstance(like, DTensor) and not isinstance(tensor, DTensor):
        tensor = DTensor.from_local(
            tensor.to(like.device), like.device_mesh, like.placements, shape=like.shape, stride=like.stride()
        )
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def cut(tensor, like):
    """A whole tensor, which every process has, cut as `like` is."""
    if not isinstance(like, DTensor) or tensor.shape != like.shape:
        return tensor
    return distribute_tensor(tensor.to(like.device), like.device_mesh, like.placements, src_data_rank=None)


def norm(gradients):
    """Norm of all gradients together, over all processes where they are cut."""
    found = torch.nn.utils.get_total_norm([local(gradient) for gradient in gradients])
    if any(isinstance(gradient, DTensor) for gradient in gradients):
        found = found.square()
        torch.distributed.all_reduce(found)
        found = found.sqrt()
    return found
