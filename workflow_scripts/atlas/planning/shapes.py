"""How large a model is, before it is there if possible. Light imports: the Snakefile may read this module."""

import csv
from pathlib import Path
from typing import NamedTuple

from atlas import architectures
from atlas.files import read_json

TABLE = Path(__file__).resolve().parents[3] / "resources" / "model_shapes.csv"
_LAYERS = ("num_hidden_layers", "n_layers", "num_layers")
_HIDDEN = ("hidden_size", "dim", "d_model")
_LAB_WORDS = 2000  # about as many as the vocabulary of the built-in lab has


class Shape(NamedTuple):
    """Layers, width, and number of weights without and with embeddings."""

    layers: int
    hidden: int
    parameters: int
    total: int


def of(model, entry, results):
    """Shape of a model from its own files, its entry or the published table; None if nothing tells.

    Parameters
    ----------
    results : folder of the study's results, where a fetched model is counted exactly
    """
    folder = Path(results) / "sources" / "models" / model
    if (folder / "manifest.json").exists() and (folder / "config.json").exists():
        facts = read_json(folder / "manifest.json")
        layers, hidden = _layers(read_json(folder / "config.json"))
        return Shape(layers, hidden, facts["n_parameters"], facts["n_parameters_total"])
    if config := architectures.local_config(entry):
        return _of_blocks(*_layers(config), config["vocab_size"])
    if "pretrain" in entry["source"]:
        built = entry["source"]["pretrain"]["model"]
        return _of_blocks(built["layers"], built["width"], _LAB_WORDS)
    return _published().get(entry["source"].get("hub"))


def _layers(config):
    """Layers and width; 0, and so no arithmetic for attention, where a configuration names them otherwise."""
    return tuple(next((config[name] for name in names if name in config), 0) for names in (_LAYERS, _HIDDEN))


def _of_blocks(layers, hidden, words):
    """Blocks of four attention matrices and two of the feed-forward net, four times as wide."""
    parameters = 12 * layers * hidden**2
    return Shape(layers, hidden, parameters, parameters + words * hidden)


def _published():
    rows = (line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    names = ("layers", "hidden", "parameters", "parameters_total")
    return {row["repository"]: Shape(*(int(row[name]) for name in names)) for row in csv.DictReader(rows)}
