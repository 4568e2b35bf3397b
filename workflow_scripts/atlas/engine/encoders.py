"""Pretrained encoders: load them, put a fresh head on one, count and read their layers.

A checkpoint is always a stock `transformers` folder. What the stock classes cannot say, the pooling of a
sentence head, is the config's `classifier_pooling` and is applied when the checkpoint is loaded here.
"""

from pathlib import Path

import torch
import transformers
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForTextEncoding,
    AutoTokenizer,
)

from atlas import architectures
from atlas.engine import pooling
from atlas.errors import AtlasError

_LACK_HEADS = ("eurobert", "mt5")  # atlas.engine.heads has what transformers lacks


def load_tokenizer(folder):
    """Fast tokenizer of a model folder.

    Raises
    ------
    AtlasError
        If the folder has none; offsets of answers need a fast one.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise AtlasError(f"{folder}: no tokenizer can be loaded: {_first_line(error)}") from error
    if len(tokenizer) <= len(tokenizer.all_special_tokens):  # what transformers makes up without files
        raise AtlasError(f"{folder}: has no tokenizer with a vocabulary. Add its tokenizer.json.")
    if not tokenizer.is_fast:
        raise AtlasError(f"{folder}: has only a slow tokenizer. Add its tokenizer.json.")
    return tokenizer


def load_encoder(folder):
    """Encoder without any head, in 32-bit floats; without a pooler in the folder, its pooler is untrained.

    Raises
    ------
    AtlasError
        If the weights are missing, truncated, of another architecture or not safetensors.
    """
    return _load(_encoder_class(_config(folder)), folder, _is_pooler)


def load_checkpoint(folder, auto_class, labels=()):
    """Fine-tuned model of a checkpoint folder, with the pooling that it was trained with.

    Raises
    ------
    AtlasError
        If the weights are not whole, head included, or the head has other labels than `labels`.
    """
    config = _config(folder)
    own = [config.id2label[number] for number in sorted(config.id2label)]
    if labels and own != list(labels):
        raise AtlasError(
            f"{folder}: its head gives the labels {own}, but the task has {list(labels)}. The checkpoint is"
            " of another task: delete its manifest.json, and it is trained again."
        )
    model = _load(_head_class(auto_class, config), folder, lambda name: False)
    pooling.apply(model)
    return model


def _encoder_class(config):
    """Class of the encoder alone, which for an encoder-decoder such as mT5 is not AutoModel's."""
    mapping = transformers.MODEL_FOR_TEXT_ENCODING_MAPPING
    return AutoModelForTextEncoding if type(config) in mapping else AutoModel


def _head_class(auto_class, config):
    if config.model_type in _LACK_HEADS:
        from atlas.engine import heads  # noqa: F401 (registers them; the import costs what few models need)
    return getattr(transformers, auto_class)


def _config(folder):
    try:
        return AutoConfig.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise AtlasError(f"{folder}: no model can be loaded: {_first_line(error)}") from error


def with_fresh_head(folder, auto_class, labels, pooled, seed):
    """Encoder of `folder` under a freshly initialised head.

    Embeddings and layers are carried over; pooler and head start anew from `seed`, whatever stood in the
    folder, so that every target training starts alike.

    Parameters
    ----------
    auto_class : name of one of transformers' AutoModelFor... classes
    labels : names of the head's outputs; empty where the class fixes the head itself
    pooled : ``"first"`` (the stock head) or ``"mean"`` over tokens
    """
    config = _config(folder)
    if labels:
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: index for index, label in enumerate(labels)}
    else:
        config.num_labels = 2  # transformers' default; an earlier task's number breaks a QA head
    config.classifier_pooling = pooling.named(pooled, config)
    torch.manual_seed(seed)
    try:
        model = _head_class(auto_class, config).from_config(config, dtype=torch.float32)
    except ValueError as error:
        raise AtlasError(f"{folder}: transformers has no {auto_class} for {config.model_type}.") from error
    carry(load_encoder(folder), model, f"{folder} under {auto_class}")
    pooling.apply(model)
    return model


def load_masked_lm(folder, seed):
    """Masked language model: the pretrained head where the folder has one, else one fresh from `seed`.

    A folder of the encoder alone has lost the head's few weights; the large matrix is that of the embeddings.
    """
    torch.manual_seed(seed)
    model = _load(AutoModelForMaskedLM, folder, lambda name: True)  # its encoder is carried over below
    carry(load_encoder(folder), model, f"{folder} as a masked language model")
    return model


def carry(encoder, model, what):
    """Copy the weights of an encoder, its pooler left out, into a model that has the same one.

    Raises
    ------
    AtlasError
        If one of the two has weights that the other lacks.
    """
    carried = {k: v for k, v in encoder.base_model.state_dict().items() if not _is_pooler(k)}
    report = model.base_model.load_state_dict(carried, strict=False)
    lost = [name for name in report.missing_keys if not _is_pooler(name)] + list(report.unexpected_keys)
    if lost:
        raise AtlasError(f"{what}: the encoders do not fit: {', '.join(lost[:4])}.")


def check_architecture(folder, declared):
    """Refuse a folder whose configuration is of another architecture than the model's entry declares.

    Raises
    ------
    AtlasError
        Naming both; also if transformers does not know the architecture.
    """
    found = _config(folder).model_type
    if declared is not None and found != declared:
        raise AtlasError(
            f"{folder}: is a {found}, but its entry in catalog/models.yaml says `architecture: {declared}`."
            f" Correct it to {found}."
        )


def check_length(folder, max_tokens):
    """Refuse inputs that are longer than a model has positions for: `architectures.check_length`."""
    architectures.check_length(_config(folder).to_dict(), max_tokens, str(folder))


def count_parameters(folder):
    """Number of the encoder's weights, (without embeddings, with them); pooler left out of both."""
    config = _config(folder)
    with torch.device("meta"):
        model = _encoder_class(config).from_config(config)
    embeddings = {
        f"{name}.{own}"
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Embedding)
        for own, _ in module.named_parameters()
    }
    sizes = {name: p.numel() for name, p in model.named_parameters() if not _is_pooler(name)}
    return sum(n for name, n in sizes.items() if name not in embeddings), sum(sizes.values())


def retrieval_layer(model, declared):
    """Number of the hidden state for retrieval, 0 = embeddings.

    By default 60 % of the depth, which is 14 of 24 for XLM-R Large as in XTREME and jiant.
    """
    depth = model.config.num_hidden_layers
    if declared == "default":
        return max(1, int(0.6 * depth))
    layer = depth if declared == "last" else declared
    if layer > depth:
        raise AtlasError(f"catalog/models.yaml: retrieval_layer {layer}, but the model has {depth} layers.")
    return layer


def _load(auto_class, folder, may_lack):
    """Model of a folder; `may_lack` says of a weight's name whether it may start anew."""
    how = {"dtype": torch.float32, "use_safetensors": True, "trust_remote_code": False}
    how |= {"output_loading_info": True, "ignore_mismatched_sizes": True}  # they are refused below, by name
    try:
        model, report = auto_class.from_pretrained(folder, **how)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise AtlasError(f"{folder}: no model can be loaded: {_first_line(error)}") from error
    except Exception as error:  # safetensors raises its own type, without a common base
        if type(error).__name__ != "SafetensorError":
            raise
        raise AtlasError(f"{Path(folder) / 'model.safetensors'}: damaged: {error}") from error
    lost = {name for name in report["missing_keys"] if not may_lack(name)}
    lost = sorted(lost | {name for name, *_ in report["mismatched_keys"]})
    if lost:
        raise AtlasError(
            f"{folder}: its weights are not those of a {type(model).__name__}, as its config.json would have"
            f" it: {len(lost)} are missing or of another shape, such as {', '.join(lost[:4])}."
        )
    return model.eval()


def _first_line(error):
    return str(error).strip().partition("\n")[0]


def _is_pooler(name):
    return name.startswith("pooler.")
