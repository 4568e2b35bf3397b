"""What a study's `report_to` is told, by stand-ins for TensorBoard and W&B; and that it changes no bit."""

import sys
import types

import pytest

from atlas import environment
from atlas.engine import training
from atlas.errors import AtlasError
from tests.unit.test_specs import _all_specs
from tests.unit.test_training import RECIPE, SPEC, _weights, sentiment

LONG = {**SPEC, "recipe": {**RECIPE, "epochs": 6}}  # 24 steps: told after each tenth and each epoch


def _fit(folder):
    return _weights(training.fit(folder, [{"train": sentiment(), "tune": sentiment(1)}], LONG)[0])


@pytest.fixture
def tensorboard(monkeypatch, tmp_path):
    """Everything that a stand-in for TensorBoard is told, in order."""
    told = []

    class SummaryWriter:
        def __init__(self, folder, purge_step):
            told.append(("open", folder, purge_step))

        def add_scalar(self, name, value, step):
            told.append((name, step, value))

        def close(self):
            told.append(("close",))

    module = types.ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setenv("ATLAS_REPORT_TO", "tensorboard")
    monkeypatch.setenv("ATLAS_LOG", str(tmp_path / "logs" / "seed-1.log"))
    return told


def test_a_training_tells_and_learns_the_same_bits(tiny_model, tmp_path, tensorboard, monkeypatch):
    weights = _fit(tiny_model)
    assert tensorboard[0] == ("open", str(tmp_path / "logs" / "seed-1" / "train-seed-1"), 0)
    assert tensorboard[-1] == ("close",)
    by_name = {}
    for name, step, value in tensorboard[1:-1]:
        by_name.setdefault(name, {})[step] = value
    ends = [4, 8, 12, 16, 20, 24]
    assert list(by_name["tune_score"]) == ends
    assert list(by_name["loss"]) == list(by_name["gradient"]) == sorted({*ends, 10})
    assert by_name["loss"][24] < by_name["loss"][4]
    assert by_name["learning_rate"][24] == pytest.approx(RECIPE["learning_rate"] / 21)  # 3 steps of warm-up
    assert {"tokens_per_second", "padding"} <= by_name.keys()
    monkeypatch.delenv("ATLAS_REPORT_TO")
    told = len(tensorboard)
    assert _fit(tiny_model) == weights
    assert len(tensorboard) == told


def test_a_fault_while_telling_costs_no_training(tiny_model, tensorboard, monkeypatch, caplog):
    writer = sys.modules["torch.utils.tensorboard"].SummaryWriter

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "add_scalar", full)
    _fit(tiny_model)
    assert [line for line in caplog.messages if "tensorboard" in line] == [
        "no more is told to tensorboard: [Errno 28] No space left on device"
    ]
    monkeypatch.setattr(writer, "__init__", full)
    _fit(tiny_model)
    assert "nothing is told to tensorboard" in caplog.text


@pytest.mark.parametrize(("name", "module"), [("tensorboard", "torch.utils.tensorboard"), ("wandb", "wandb")])
def test_what_is_not_installed_is_refused_before_the_first_step(tiny_model, monkeypatch, name, module):
    monkeypatch.setenv("ATLAS_REPORT_TO", name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(AtlasError, match=rf"report_to: \[{name}\].*pip install {name}"):
        _fit(tiny_model)


def test_a_run_of_wandb_is_found_again_and_stays_off_the_network(tiny_model, tmp_path, monkeypatch):
    opened, logged = [], []

    def log(values):
        logged.append(values)

    run = types.SimpleNamespace(log=log, define_metric=lambda *a, **k: None, finish=lambda: None)

    def init(**given):
        opened.append(given)
        return run

    monkeypatch.setitem(sys.modules, "wandb", types.SimpleNamespace(init=init))
    monkeypatch.setenv("ATLAS_REPORT_TO", "wandb")
    monkeypatch.setenv("ATLAS_LOG", str(tmp_path / "seed-1.log"))
    monkeypatch.delenv("WANDB_MODE", raising=False)
    for _ in range(2):
        _fit(tiny_model)
    first, second = opened
    assert first == second
    assert (first["mode"], first["resume"], first["config"]) == ("offline", "allow", LONG)
    assert {"tune_score": 100.0, "step": 24} in logged


def test_no_job_depends_on_it(load_study, settings, catalog, monkeypatch):
    before = _all_specs(load_study(settings, catalog))
    assert _all_specs(load_study({**settings, "report_to": ["tensorboard"]}, catalog)) == before
    monkeypatch.setenv("ATLAS_REPORT_TO", "wandb")
    environment.report_to([])
    assert environment.os.environ["ATLAS_REPORT_TO"] == "wandb"
    environment.report_to(["tensorboard", "wandb"])
    assert environment.os.environ["ATLAS_REPORT_TO"] == "tensorboard,wandb"


def test_another_service_is_refused_before_any_job(load_study, settings, catalog):
    with pytest.raises(AtlasError, match="tensorbord"):
        load_study({**settings, "report_to": ["tensorbord"]}, catalog)
