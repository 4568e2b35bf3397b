"""Steps in parts, out of memory, the learning rate, and trainings that collapse."""

import json

import pytest
import torch

from atlas import manifests
from atlas.engine import checkpoints, loop, training
from atlas.engine.joint import Joint
from atlas.engine.streams import Task
from atlas.errors import AtlasError
from tests.unit.test_checkpoints import inputs  # noqa: F401 (fixture)
from tests.unit.test_joint import QUESTIONS, SPANS
from tests.unit.test_training import RECIPE, SPEC, STREAM, _weights, sentiment

TAGS = {**STREAM, "kind": "token_labels"}
TAGGED = [
    {"id": "0", "tokens": ["the", "good", "fox"], "labels": ["good", "bad", "good"], "marked": None},
    {"id": "1", "tokens": ["Berlin"], "labels": ["bad"], "marked": None},
    {"id": "2", "tokens": ["the", "sun"] * 6, "labels": ["good", "bad"] * 6, "marked": None},
]


@pytest.mark.parametrize(
    ("stream", "rows"), [(STREAM, sentiment(1)), (TAGS, TAGGED), (SPANS, QUESTIONS[:5])], ids=lambda _: ""
)
def test_gradients_of_parts_add_up_to_those_of_the_whole_batch(tiny_model, tiny_tokenizer, stream, rows):
    task = Task(stream, {"train": rows, "tune": rows}, tiny_tokenizer)
    found = []
    for room in (1, 100_000):
        model = Joint([task], tiny_model, SPEC).eval()
        phase = loop.Phase(model, [task], {**SPEC, "engine": {"tokens_per_batch": room}}, None, None, None)
        loss, _ = phase._gradients(0, task.features(range(len(rows)), None), _Silent())
        found.append([loss, *(p.grad for p in model.parameters() if p.grad is not None)])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-4)


class _Silent:
    def add(self, batch):
        pass


def _out_of_memory_above(tokens, monkeypatch):
    forward, sizes = Joint.forward, []

    def limited(self, number, batch):
        if batch["input_ids"].numel() > tokens:
            raise torch.OutOfMemoryError("CUDA out of memory")
        sizes.append(batch["input_ids"].numel())
        return forward(self, number, batch)

    monkeypatch.setattr(Joint, "forward", limited)
    return sizes


def test_a_batch_that_does_not_fit_is_cut_and_counts_as_before(tiny_model, monkeypatch, caplog):
    parts, spec = [{"train": sentiment(), "tune": sentiment(1)}], {**SPEC, "recipe": {**RECIPE, "epochs": 1}}
    whole, _, history = training.fit(tiny_model, parts, spec)
    sizes = _out_of_memory_above(20, monkeypatch)
    cut, _, again = training.fit(tiny_model, parts, spec)
    assert caplog.text.count("out of memory; parts of a batch now hold") >= 1
    assert max(sizes) <= 20 and len(sizes) > 4
    assert len(again) == len(history)  # as many steps, though their dropout is drawn otherwise
    assert _weights(cut) != _weights(whole)


def test_an_example_that_never_fits_is_an_error_with_a_way_out(tiny_model, monkeypatch):
    _out_of_memory_above(2, monkeypatch)
    with pytest.raises(AtlasError, match=r"an example of \d+ tokens.*max_tokens"):
        training.fit(tiny_model, [{"train": sentiment(), "tune": sentiment(1)}], SPEC)


@pytest.mark.parametrize(("step", "share"), [(0, 0), (1, 0.5), (2, 1), (11, 0.5), (19, 1 / 18)])
def test_the_learning_rate_rises_and_falls_in_straight_lines(step, share):
    recipe = {"learning_rate": 2.0, "warmup_share": 0.1}
    assert loop.learning_rate(step, 20, recipe) == pytest.approx(2 * share)


def test_transformers_schedule_is_the_same():
    from transformers import get_linear_schedule_with_warmup

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=3.0)
    schedule = get_linear_schedule_with_warmup(optimizer, 4, 37)
    for step in range(37):
        recipe = {"learning_rate": 3.0, "warmup_share": 0.1}
        assert loop.learning_rate(step, 37, recipe) == pytest.approx(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()


@pytest.mark.parametrize(
    ("rows", "chance"),
    [
        ([("a", "a"), ("a", "a"), ("a", "b")], True),  # always the commonest gold
        ([("b", "a"), ("b", "a"), ("b", "b")], True),
        ([("a", "a"), ("a", "a"), ("b", "b")], False),
        ([(["x", "x"], ["x", "y"]), (["x"], ["x"])], True),
        ([(["x", "y"], ["x", "y"]), (["x"], ["x"])], False),
        ([("text", ["other"]), ("text", ["another"])], True),
        ([("other", ["other"]), ("another", ["another", "this"])], False),
    ],
)
def test_chance_is_always_giving_the_commonest_gold(rows, chance):
    made = []
    for prediction, gold in rows:
        pairs = list(zip(prediction, gold, strict=False)) if isinstance(prediction, list) else None
        right = sum(p == g for p, g in pairs) / len(pairs) if pairs else float(prediction in gold)
        made.append({"prediction": prediction, "gold": gold, "right": right})
    assert training.at_chance(made) == chance


def _planned(monkeypatch, *outcomes):
    """Let attempt number i end as planned: with a score, at chance, or diverged; returns their specs."""
    fit, specs = training.fit, []

    def attempt(start, rows, spec, text, folder, caches):
        outcome = outcomes[len(specs)]
        specs.append(spec)
        if outcome == "diverged":
            raise loop.Diverged("training diverged by step 3: lower the learning_rate")
        model, tokenizer, _ = fit(start, rows, spec)
        score, chance = outcome
        return model, tokenizer, [{"epoch": 1, "tune_score": score, "at_chance": chance}]

    monkeypatch.setattr(training, "fit", attempt)
    return specs


@pytest.mark.parametrize(
    ("outcomes", "kept", "chance"),
    [
        ([(80.0, False)], 1, False),
        ([(50.0, True), (70.0, False)], 2, False),
        ([(50.0, True), (40.0, True)], 1, True),
        (["diverged", (70.0, False)], 2, False),
        ([(50.0, True), "diverged"], 1, True),
    ],
)
def test_a_collapse_gets_a_second_attempt_and_both_are_kept(request, monkeypatch, outcomes, kept, chance):
    given = request.getfixturevalue("inputs")
    specs = _planned(monkeypatch, *outcomes)
    summary = checkpoints.make(SPEC, "code", *given)
    made = manifests.read(given[2])
    told = json.loads((given[2].parent / "training.json").read_text())
    assert len(specs) == len(outcomes) == len(told["attempts"]) == made["n_attempts"]
    assert told["kept"] == kept and made["at_chance"] == chance
    assert ("AT CHANCE" in summary) == chance
    if len(specs) == 2:
        assert specs[1]["seed"] != specs[0]["seed"] == told["attempts"][0]["seed"]
        assert specs[1]["recipe"]["learning_rate"] == specs[0]["recipe"]["learning_rate"] / 2


def test_a_training_that_diverges_twice_is_an_error(request, monkeypatch):
    given = request.getfixturevalue("inputs")
    _planned(monkeypatch, "diverged", "diverged")
    with pytest.raises(AtlasError, match=r"diverged by step 3.*learning_rate"):
        checkpoints.make(SPEC, "code", *given)
    assert not given[2].exists()


def test_a_collapsed_start_is_told_of_what_follows(request):
    encoder, examples, manifest = request.getfixturevalue("inputs")
    start = manifests.read(encoder)
    manifests.write(encoder, start["key"], list(start["files"]), at_chance=True)
    checkpoints.make({**SPEC, "recipe": {**RECIPE, "epochs": 1}}, "code", encoder, examples, manifest)
    assert manifests.read(manifest)["at_chance_before"]
