"""What a study is expected to cost, and which of it to run first."""

import json

import pytest

from atlas.errors import AtlasError
from atlas.planning import estimate, order, plan, shapes, speed, work
from atlas.planning.budget import Budget

BASE = shapes.Shape(12, 768, 85_056_000, 277_453_056)
HEAD = (
    "model_shape,parameters,layers,hidden,tokens_per_batch,peak_train_mb,peak_predict_mb,"
    "train_tokens_per_second,predict_tokens_per_second,device,threads,date\n"
)


@pytest.fixture
def sized(settings, catalog):
    """Settings and catalogue whose tasks declare their numbers of examples, with models of known size."""
    catalog["models"]["small"]["source"] = {"hub": "FacebookAI/xlm-roberta-base"}
    catalog["models"]["large"]["source"] = {"hub": "FacebookAI/xlm-roberta-large"}
    for entries in (catalog["intermediate_tasks"], catalog["target_tasks"]):
        for name, entry in entries.items():
            entries[name] = {**entry, "size": "train 10,000, test 500 a language"}
    return settings, catalog


@pytest.fixture
def study(load_study, sized):
    return load_study(*sized)


def table(tmp_path, *rows):
    path = tmp_path / "costs.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return path


def test_published_shapes_are_those_of_the_papers():
    sources = {name: {"hub": f"FacebookAI/xlm-roberta-{name}"} for name in ("base", "large")}
    found = {name: shapes.of("m", {"source": source}, "") for name, source in sources.items()}
    assert found["base"].total == pytest.approx(278e6, rel=0.01)
    assert found["large"].total == pytest.approx(560e6, rel=0.01)
    assert shapes.of("m", {"source": {"hub": "org/unheard-of"}}, "") is None


def test_a_fetched_model_is_counted_and_not_looked_up(tmp_path):
    folder = tmp_path / "sources/models/m"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"n_parameters": 7, "n_parameters_total": 9}))
    (folder / "config.json").write_text(json.dumps({"n_layers": 2, "dim": 3}))
    assert shapes.of("m", {"source": {"hub": "FacebookAI/xlm-roberta-base"}}, tmp_path) == (2, 3, 7, 9)


def test_arithmetic_is_two_operations_per_weight_three_times_in_training_and_attention():
    assert speed.flops(BASE, False) == pytest.approx(2 * 85e6, rel=0.04)
    assert speed.flops(BASE, True) == 3 * speed.flops(BASE, False)


def test_a_model_reaches_the_arithmetic_of_the_measured_one_next_in_size(tmp_path):
    costs = table(
        tmp_path,
        "near,277453056,12,768,1024,8000,1500,120,700,Some Processor,1,2026-11-23",
        "far,30097536,3,384,1024,1000,600,9999,9999,Some Processor,1,2026-11-23",
    )
    half = shapes.Shape(6, 768, 42_467_328, 200_000_000)
    learning, reading, source = speed.rates(half, False, costs)
    assert (learning, reading) == pytest.approx((240, 1400), rel=0.01)
    assert source == "near on Some Processor"
    assert "assumed" in speed.rates(half, True, costs)[2]


def test_memory_lies_on_the_line_through_two_measured_shapes(tmp_path):
    costs = table(
        tmp_path,
        "a,100000000,12,384,1024,2000,900,1,1,Some Processor,1,2026-11-23",
        "b,300000000,12,768,1024,6000,1500,1,1,Some Processor,1,2026-11-23",
    )
    between = shapes.Shape(12, 600, 1, 200_000_000)
    assert speed.memory(between, False, costs) == pytest.approx(4000)
    assert speed.memory(between, True, costs) is None


@pytest.mark.parametrize(
    ("size", "rows"),
    [
        ("train 392,702, test 5,010 a language", (392_702, 5010)),
        ("train 21,253 (English), test 100 to 400 sentences", (21_253, 200)),
        ("test up to 1,000 pairs a language", (None, 1000)),
        ("test 11 languages, a pool of about a million entities", (None, None)),
    ],
)
def test_a_size_tells_rows(size, rows):
    assert (work.number(work.TRAIN, {"size": size}), work.number(work.TEST, {"size": size})) == rows


def test_work_follows_limits_and_prepared_rows_before_the_size(load_study, sized, tmp_path):
    settings, catalog = sized
    limits = {"max_train_examples": 100, "max_test_examples": 10}
    study = load_study({**settings, "limits": limits}, catalog)
    recipe = {"epochs": 2}
    assert work.training(study, tmp_path, "target_tasks", "topic", recipe)[0] == 2 * 100 * 50
    assert work.prediction(study, tmp_path, "topic") == (30, 1500)
    folder = tmp_path / "prepared/target/topic"
    folder.mkdir(parents=True)
    tables = {"train": {"rows": 7}, "tune": {"rows": 3}}
    (folder / "manifest.json").write_text(json.dumps({"tables": tables}))
    assert work.training(study, tmp_path, "target_tasks", "topic", recipe) == (700, 300)


def test_jobs_are_those_of_the_grid_each_once(study):
    counted = [job.stage for job in estimate.jobs(study)]
    expected = {"train_intermediate": 2 * 2 * 2, "train_target": 2 * 3 * 2 * 2, "predict": 2 * 3 * 3 * 2}
    assert {stage: counted.count(stage) for stage in expected} == expected
    assert len(set(estimate.jobs(study))) == len(counted) == sum(expected.values())


def record(results, stage, cell, seconds):
    path = results / "records" / stage / f"{cell}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"seconds": seconds, "inputs": {}, "outputs": {}}))


def test_finished_jobs_correct_the_estimate_of_their_like_and_of_others(study, tmp_path):
    before = estimate.Estimate(study, tmp_path)
    topic, pos = (before.expected("train_target", "small", task) for task in ("topic", "pos"))
    record(tmp_path, "train_target", "small/none/topic/seed-1", 3 * topic)
    after = estimate.Estimate(study, tmp_path)
    own = [job for job in estimate.jobs(study) if (job.stage, job.model) == ("train_target", "small")]
    found = {job.task: after.seconds(job) for job in own}
    assert found == pytest.approx({"topic": 3 * topic, "pos": 3 * pos})
    assert any("train_target" in line and line.endswith("3.00") for line in plan.lines(study, after))
    assert len(list(plan.outcome(study, tmp_path))) == 1 and not list(plan.outcome(study, tmp_path / "other"))


def test_the_order_takes_baselines_with_their_cells_and_both_sizes_early(study, tmp_path):
    ordered = order.cells(study, estimate.Estimate(study, tmp_path))
    assert sorted(map(str, ordered)) == sorted(map(str, study.cells()))
    for place, cell in enumerate(ordered):
        assert {**cell, "intermediate": "none"} in ordered[: place + 1]
    assert {cell["model"] for cell in ordered[: len(ordered) // 4]} == {"small", "large"}


class Equal:
    """Jobs that cost a minute each, of models of given sizes."""

    def __init__(self, sizes):
        self.shapes = {model: shapes.Shape(1, 1, size, size) for model, size in sizes.items()}

    def seconds(self, job):
        return 60

    def is_done(self, job):
        return False


def test_at_equal_cost_the_ends_of_the_range_of_sizes_come_before_its_middle(load_study, sized):
    settings, catalog = sized
    catalog["models"]["middle"] = catalog["models"]["small"]
    study = load_study({**settings, "models": ["small", "middle", "large"], "seeds": [1]}, catalog)
    equal = Equal({"small": 10**8, "middle": 10**9, "large": 10**10})
    models = [cell["model"] for cell in order.cells(study, equal)]
    assert models[: len(models) // 3].count("middle") == 0


def test_at_equal_cost_another_delta_tells_more_than_another_seed(load_study, sized):
    settings, catalog = sized
    study = load_study({**settings, "models": ["small"]}, catalog)
    seeds = [cell["seed"] for cell in order.cells(study, Equal({"small": 10**8}))]
    assert seeds[: len(seeds) // 3].count(1) == len(seeds) // 3


def test_a_budget_is_kept_and_buys_all_of_the_grid_if_it_is_large(study, tmp_path):
    found = estimate.Estimate(study, tmp_path)
    ordered, whole = order.cells(study, found), found.hours(estimate.jobs(study))
    assert order.within(study, found, whole + 1) == (ordered, pytest.approx(whole))
    cells, spent = order.within(study, found, whole / 3)
    assert 0 < len(cells) < len(ordered)
    assert found.hours(estimate.jobs(study, cells)) == pytest.approx(spent) and spent <= whole / 3


def test_what_is_finished_counts_in_the_budget_and_is_free_in_the_order(study, tmp_path):
    last = {**order.cells(study, estimate.Estimate(study, tmp_path))[-1], "seed": 1}
    baseline = {**last, "intermediate": "none"}
    for job in estimate.jobs(study, [baseline, last]):
        folder = {"train_intermediate": "checkpoints/intermediate", "train_target": "checkpoints/target"}
        path = tmp_path / folder.get(job.stage, "predictions") / job.cell / "manifest.json"
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    found = estimate.Estimate(study, tmp_path)
    assert order.cells(study, found)[:2] == [baseline, last]
    cost = found.hours(estimate.jobs(study, [baseline, last]))
    assert order.within(study, found, cost / 2) == ([baseline, last], pytest.approx(cost))


def test_a_budget_ranks_trainings_by_their_first_cell(load_study, sized, tmp_path):
    settings, catalog = sized
    study = load_study({**settings, "budget": "1000"}, catalog)
    budget = Budget(study, tmp_path)
    ordered = order.cells(study, estimate.Estimate(study, tmp_path))
    ranks = [budget.rank({**cell, "study": "trial", "seed": str(cell["seed"])}) for cell in ordered]
    assert ranks == sorted(ranks, reverse=True) and ranks[0] == 1
    first = next(place for place, cell in enumerate(ordered) if cell["intermediate"] == "qa")
    training = {name: str(value) for name, value in ordered[first].items() if name != "target"}
    assert budget.rank(training) == ranks[first]


def test_a_budget_without_a_known_size_says_what_to_do(load_study, sized, tmp_path):
    settings, catalog = sized
    del catalog["target_tasks"]["pos"]["size"]
    study = load_study(settings, catalog)
    found = estimate.Estimate(study, tmp_path)
    with pytest.raises(AtlasError, match="pos: how many examples .* `size: train 1,000"):
        order.cells(study, found)
    assert any("not counted" in line and "of pos" in line for line in plan.lines(study, found))


def test_a_plan_warns_of_a_model_that_asks_for_too_little_memory(load_study, sized, tmp_path):
    settings, catalog = sized
    for model, asked in (("small", 64_000), ("large", 5000)):
        catalog["models"][model]["resources"] = {"mem_mb": asked}
    study = load_study(settings, catalog)
    lines = plan.lines(study, estimate.Estimate(study, tmp_path))
    warnings = [line for line in lines if "MEMORY" in line]
    assert len(warnings) == 1 and "large asks for mem_mb 5,000" in warnings[0]
