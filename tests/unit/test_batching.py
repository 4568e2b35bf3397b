"""Batches of an optimiser step, their parts, and which task each step is of."""

import collections

import pytest

from atlas.engine import batching

LENGTHS = [3 + (7 * row) % 41 for row in range(103)]


def test_every_pass_meets_every_feature_once_and_no_two_passes_are_alike():
    batches = batching.Batches(LENGTHS, 8, 1)
    assert batches.per_pass == 13
    passes = [[batches[at] for at in range(13 * turn, 13 * turn + 13)] for turn in range(2)]
    for rows in passes:
        assert sorted(sum(rows, [])) == list(range(103))
        assert max(map(len, rows)) == 8
    assert passes[0] != passes[1]


def test_a_batch_is_a_function_of_seed_and_number():
    batches = batching.Batches(LENGTHS, 8, 1)
    later = batches[20]
    assert batches[3] != later
    assert batching.Batches(LENGTHS, 8, 1)[20] == later == batches[20]
    assert batching.Batches(LENGTHS, 8, 2)[20] != later


def test_features_of_a_batch_are_of_similar_length():
    batches = batching.Batches(LENGTHS, 4, 1)
    chosen = [[LENGTHS[row] for row in batches[at]] for at in range(batches.per_pass)]
    padded = sum(len(batch) * max(batch) for batch in chosen)
    assert 1 - sum(LENGTHS) / padded < 0.15  # in random order it is about a third


@pytest.mark.parametrize("room", [1, 50, 100, 10_000])
def test_parts_of_a_batch_hold_all_of_it_within_the_room(room):
    rows = [5, 90, 17, 42, 3, 99]
    parts = list(batching.by_room(rows, LENGTHS, room))
    assert sorted(sum(parts, [])) == sorted(rows)
    assert all(len(part) == 1 or len(part) * LENGTHS[part[0]] <= room for part in parts)
    assert len(parts) == {1: 6, 10_000: 1}.get(room, len(parts))


def _spec(**changes):
    recipe = {"batch_size": 10, "epochs": 2}
    return {"recipe": recipe, "sampling": {"scheme": "proportional"}, "mlm": None, "seed": 1, **changes}


def test_one_task_has_every_step():
    assert batching.plan([95], 0, _spec()) == [[0] * 10, [0] * 10]


def _shares(sizes, **sampling):
    spec = _spec(sampling=sampling, recipe={"batch_size": 1, "epochs": 1})
    (turns,) = batching.plan(sizes, 0, spec)
    return [count / len(turns) for _, count in sorted(collections.Counter(turns).items())]


@pytest.mark.parametrize(
    ("sampling", "shares"),
    [
        ({"scheme": "uniform"}, [0.5, 0.5]),
        ({"scheme": "proportional"}, [0.9, 0.1]),
        ({"scheme": "temperature", "temperature": 2}, [0.75, 0.25]),  # sqrt(9) : sqrt(1)
        ({"scheme": "capped", "cap": 3000}, [0.75, 0.25]),
        ({"scheme": "capped", "cap": 4000, "temperature": 2}, [2 / 3, 1 / 3]),
    ],
)
def test_tasks_are_drawn_as_declared(sampling, shares):
    assert _shares([9000, 1000], **sampling) == pytest.approx(shares, abs=0.03)


def test_masked_lm_takes_its_share_of_all_steps_on_top_of_the_tasks():
    epochs = batching.plan([80], 40, _spec(mlm={"rate": 0.2}))
    assert [collections.Counter(turns) for turns in epochs] == [{0: 8, 1: 2}] * 2
    assert epochs[0] != epochs[1]
    assert epochs == batching.plan([80], 40, _spec(mlm={"rate": 0.2}))


def test_text_alone_is_passed_over_once_an_epoch():
    assert batching.plan([], 35, _spec(mlm={"rate": 1})) == [[0] * 4] * 2
