"""What a sentence head reads of its encoder: the first token, or the mean over tokens."""

import torch

# Architectures whose sentence heads pool as the config's `classifier_pooling` says, and their word for the
# first token. On all others a hook pools.
_OWN = {"modernbert": "cls", "eurobert": "bos", "mt5": "first"}


def named(pooled, config):
    """What a configuration calls ``"first"`` or ``"mean"``."""
    return _OWN.get(config.model_type, "first") if pooled == "first" else pooled


def apply(model):
    """Let the stock head read the mean over tokens where it would read the first token.

    Stock heads of BERT's and RoBERTa's families take the first position of the encoder's last hidden
    state. A hook puts the masked mean there, so weights and classes stay stock.
    """
    own = model.config.model_type in _OWN
    if own or getattr(model.config, "classifier_pooling", "first") != "mean":
        return
    seen = {}

    def note_mask(module, args, kwargs):
        seen["mask"] = kwargs.get("attention_mask")

    def mean_first(hidden):
        mask = seen["mask"].unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True)
        return torch.cat((mean, hidden[:, 1:]), dim=1)

    def put_mean_first(module, args, output):
        if isinstance(output, tuple):
            return (mean_first(output[0]), *output[1:])
        output["last_hidden_state"] = mean_first(output[0])
        return output

    model.base_model.register_forward_pre_hook(note_mask, with_kwargs=True)
    # Where the base model ends in a pooler, that reads the mean; without one, the head reads the base model's
    # output. Neither is shared by the heads of several tasks, as the layers below are.
    pooler = getattr(model.base_model, "pooler", None)
    if pooler is None:
        model.base_model.register_forward_hook(put_mean_first)
    else:
        pooler.register_forward_pre_hook(lambda module, args: (mean_first(args[0]), *args[1:]))
