"""Adam on the rows of embeddings that a step meets, AdamW on all else."""

import pytest
import torch

from atlas.engine import encoders, loop, training
from atlas.engine.optimizers import Optimizers, clip
from tests.unit.test_joint import BOTH, MLM, TEXT, TWO
from tests.unit.test_training import RECIPE, SPEC, _weights, sentiment

ROWWISE = {"embeddings": "rowwise"}
PARTS = [{"train": sentiment(), "tune": sentiment(1)}]
BETAS, TINY = (0.9, 0.999), 1e-8


def _adam(weight, gradients, rate):
    """Adam as its paper writes it; rows without a gradient in a step keep weight and moments."""
    weight, first, second = weight.clone(), torch.zeros_like(weight), torch.zeros_like(weight)
    for step, gradient in enumerate(gradients, 1):
        met = gradient.abs().sum(1) > 0
        first[met] = BETAS[0] * first[met] + (1 - BETAS[0]) * gradient[met]
        second[met] = BETAS[1] * second[met] + (1 - BETAS[1]) * gradient[met] ** 2
        scale = rate * (1 - BETAS[1] ** step) ** 0.5 / (1 - BETAS[0] ** step)
        weight[met] -= scale * first[met] / (second[met].sqrt() + TINY)
    return weight


def test_a_step_is_adams_on_the_rows_that_it_meets():
    torch.manual_seed(0)
    words, other = torch.nn.Parameter(torch.randn(6, 3)), torch.nn.Parameter(torch.randn(3))
    before, gradients = words.detach().clone(), torch.randn(3, 6, 3)
    for step, rows in enumerate(([0, 2], [2], [5])):
        left_out = [row for row in range(6) if row not in rows]
        gradients[step, left_out] = 0
    optimizers = Optimizers([words, other], [words], {"learning_rate": 0.1, "weight_decay": 0.5})
    for gradient in gradients:
        words.grad, other.grad = gradient.to_sparse(1), torch.ones(3)
        optimizers.step(0.1)
    torch.testing.assert_close(words.detach(), _adam(before, gradients, 0.1))
    assert torch.equal(words[[1, 3, 4]], before[[1, 3, 4]])


@pytest.mark.parametrize("limit", [0.1, 1000.0])
def test_sparse_gradients_are_clipped_as_dense_ones(limit):
    torch.manual_seed(0)
    dense = [torch.nn.Parameter(torch.zeros(4, 2)), torch.nn.Parameter(torch.zeros(3))]
    mixed = [torch.nn.Parameter(torch.zeros(4, 2)), torch.nn.Parameter(torch.zeros(3))]
    rows, rest = torch.randn(4, 2), torch.randn(3)
    rows[1] = 0
    dense[0].grad, dense[1].grad = rows.clone(), rest.clone()
    mixed[0].grad, mixed[1].grad = rows.to_sparse(1).coalesce(), rest.clone()
    expected = torch.nn.utils.clip_grad_norm_(dense, limit)
    torch.testing.assert_close(clip(mixed, limit), expected)
    torch.testing.assert_close(mixed[0].grad.to_dense(), dense[0].grad)
    torch.testing.assert_close(mixed[1].grad, dense[1].grad)


@pytest.mark.parametrize("start", ["tiny_model", "tiny_bert"])
def test_words_that_no_batch_holds_keep_their_bits(request, tiny_tokenizer, start):
    start = request.getfixturevalue(start)
    model, _, history = training.fit(start, PARTS, {**SPEC, "engine": ROWWISE})
    before = encoders.load_encoder(start).get_input_embeddings().weight
    after = model.get_input_embeddings().weight
    moved = (before != after).any(1).nonzero().flatten().tolist()
    met = set(sum(tiny_tokenizer([row["first"] for row in sentiment()])["input_ids"], []))
    assert 0 < len(moved) < len(before) and set(moved) == met
    assert max(epoch["tune_score"] for epoch in history) == 100


def test_a_masked_lm_moves_all_words_as_ever(tiny_model):
    texts = {"train": TEXT, "tune": TEXT[:2]}
    spec = {**TWO, "mlm": MLM, "recipe": {**RECIPE, "epochs": 1}}
    plain, rowwise = (
        training.fit(tiny_model, BOTH, {**spec, "engine": engine}, texts)[0] for engine in ({}, ROWWISE)
    )
    assert _weights(plain) == _weights(rowwise)


class _Killed(BaseException):
    pass


@pytest.mark.parametrize("last", [1, 7])
def test_rowwise_moments_are_taken_up_bit_by_bit(tiny_model, tmp_path, monkeypatch, last):
    monkeypatch.setenv("ATLAS_SAVE_MINUTES", "0")
    spec = {**SPEC, "engine": ROWWISE}
    whole, _, history = training.fit(tiny_model, PARTS, spec)
    save = loop.Phase._save

    def dying(phase):
        save(phase)
        if phase._step == last:
            raise _Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop.Phase, "_save", dying)
        with pytest.raises(_Killed):
            training.fit(tiny_model, PARTS, spec, folder=tmp_path)
    resumed, _, again = training.fit(tiny_model, PARTS, spec, folder=tmp_path)
    assert (_weights(resumed), again) == (_weights(whole), history)
