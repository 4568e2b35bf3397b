"""The benchmark for GPUs runs, here on a processor with a small shape, and counts FLOPs rightly."""

import re

import pytest
import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode

from tests.conftest import ROOT


@pytest.fixture
def gpu(monkeypatch):
    """The benchmark, which stands outside of the package."""
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "workflow"))
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    import gpu

    return gpu


@pytest.mark.parametrize("length", [128, 384])
def test_flops_are_those_that_torch_counts(gpu, length):
    layers, width = 2, 64
    config = transformers.XLMRobertaConfig(
        vocab_size=100, num_hidden_layers=layers, hidden_size=width, num_attention_heads=2,
        intermediate_size=4 * width, max_position_embeddings=514, attn_implementation="eager",
    )  # fmt: skip
    model = transformers.XLMRobertaModel(config, add_pooling_layer=False)
    with FlopCounterMode(display=False) as counted:
        model(torch.full((3, length), 7))
    assert counted.get_total_flops() == 3 * length * gpu.flops(layers, width, length)


@pytest.mark.slow
def test_every_way_is_measured(gpu, capsys):
    gpu.main(["--tiny"])
    told = re.findall(r"^(\w+, \w+) +(\d+) subwords .* (\d+\.\d) % of the", capsys.readouterr().out, re.M)
    assert [(way, int(length)) for way, length, _ in told] == [
        (way, length) for length in gpu.LENGTHS for way in gpu.WAYS
    ]
    assert all(0 < float(share) < 100 for *_, share in told)
