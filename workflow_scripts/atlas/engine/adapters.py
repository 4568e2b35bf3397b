"""What a model's entry asks of its computing: attention, checkpointed gradients, compilation, LoRA."""

import peft
import safetensors.torch
import torch
from peft.tuners.tuners_utils import BaseTunerLayer

from atlas.engine import batching
from atlas.errors import AtlasError

_POOLER = "pooler.dense"


def apply(model, engine, seed):
    """Set the heads of a `joint.Joint` up as `engine` says.

    Raises
    ------
    AtlasError
        If the model knows no such attention, or has no layers of the names for LoRA.
    """
    for head in model.heads:
        if "attention" in engine:
            _set_attention(head, engine["attention"])
        if engine.get("gradient_checkpointing"):
            head.activation_checkpointing_enable()
    if "lora" in engine:
        _add_lora(model.heads[0].base_model, engine["lora"], seed)
    if engine.get("compile"):
        _compile(model)


def _compile(model):
    """Compile the encoder's layers, one by one: the same code serves all of them, so the start is short.

    Embeddings and heads stay as they are; compiled code knows no sparse gradients.
    """
    stacks = [own for own in model.heads[0].base_model.modules() if isinstance(own, torch.nn.ModuleList)]
    for layer in (layer for stack in stacks for layer in stack):
        layer.compile(dynamic=True)


def _set_attention(head, name):
    try:
        head.set_attn_implementation(name)
    except (ValueError, ImportError) as error:
        raise AtlasError(f"`attention: {name}` of the model's entry cannot be used: {error}") from error


def _add_lora(encoder, lora, seed):
    """Put adapters into the layers of an encoder; its own weights then stay, its fresh pooler learns."""
    torch.manual_seed(batching.generator(seed, "lora").initial_seed())
    try:
        pooled = any(name == _POOLER for name, _ in encoder.named_modules())
        peft.inject_adapter_in_model(config(lora, [_POOLER] if pooled else None), encoder)
    except ValueError as error:
        raise AtlasError(f"`lora.target_modules` of the model's entry: {error}") from error
    for name, parameter in encoder.named_parameters():
        if name.startswith("pooler."):
            parameter.requires_grad_(True)


def config(lora, excluded):
    """Configuration of peft: every linear layer of the encoder, unless the entry names some."""
    targets = lora.get("target_modules", "auto")
    return peft.LoraConfig(
        r=lora["rank"],
        lora_alpha=lora["alpha"],
        target_modules="all-linear" if targets == "auto" else targets,
        exclude_modules=excluded,
    )


def merge(encoder):
    """Add the adapters to the weights that they adapt, and take them out.

    Returns
    -------
    dict : the adapters' tensors by the names that peft gives them in a file; empty without adapters
    """
    adapters = {
        "base_model.model." + name.replace(".default.", "."): parameter.detach().cpu().clone()
        for name, parameter in encoder.named_parameters()
        if ".lora_" in name
    }
    adapted = [(name, layer) for name, layer in encoder.named_modules() if isinstance(layer, BaseTunerLayer)]
    for name, layer in adapted:
        layer.merge()
        parent, _, own = name.rpartition(".")
        setattr(encoder.get_submodule(parent), own, layer.get_base_layer())
    if adapters:
        del encoder.peft_config
    return adapters


def save(adapters, lora, folder):
    """Write adapters into `folder` as peft does, for `peft.PeftModel.from_pretrained(encoder, folder)`."""
    folder.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(adapters, folder / "adapter_model.safetensors", {"format": "pt"})
    config(lora, [_POOLER]).save_pretrained(folder)
