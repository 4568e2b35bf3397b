"""What a training tells TensorBoard or W&B where its study has `report_to`.

No bit of a training depends on it, so it is part of no key, and a fault while telling costs no training.
"""

import logging
import os
from pathlib import Path

from atlas import provenance
from atlas.engine import parallel
from atlas.errors import AtlasError

_log = logging.getLogger("atlas.engine.training")


class Reports:
    """Everything that is wanted, told at once; nothing is the usual case.

    Parameters
    ----------
    phase : name of the phase of the training
    spec : of the training
    step : that is done already, by an earlier process

    Raises
    ------
    AtlasError
        If what is wanted is not installed.
    """

    def __init__(self, phase, spec, step):
        # The job's own log, without its ending, is the folder; a second attempt has another seed.
        folder = Path(os.environ.get("ATLAS_LOG", "reports")).with_suffix("")
        folder = folder / f"{phase}-seed-{spec['seed']}"
        self._open = {}
        wanted = os.environ.get("ATLAS_REPORT_TO", "") if parallel.rank() == 0 else ""
        for name in filter(None, wanted.split(",")):
            try:
                self._open[name] = _KNOWN[name](folder, spec, step)
            except ImportError as error:
                raise AtlasError(
                    f"`report_to: [{name}]` of the study: not installed here. Run: pip install {name}"
                ) from error
            except Exception as error:
                _log.warning("nothing is told to %s: %s", name, error)

    def add(self, step, **values):
        """Tell numbers as they are after `step` steps."""
        self._each(lambda opened: opened.add(step, values))

    def close(self):
        """Let all be written."""
        self._each(lambda opened: opened.close())

    def _each(self, tell):
        for name, opened in list(self._open.items()):
            try:
                tell(opened)
            except Exception as error:
                _log.warning("no more is told to %s: %s", name, error)
                del self._open[name]


class _TensorBoard:
    """Events in the job's folder of logs: ``tensorboard --logdir results/<study>/logs``."""

    def __init__(self, folder, spec, step):
        from torch.utils.tensorboard import SummaryWriter

        # What an earlier process told of later steps is not shown any more.
        self._writer = SummaryWriter(str(folder), purge_step=step)

    def add(self, step, values):
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def close(self):
        self._writer.close()


class _WandB:
    """A run in the job's folder of logs, to be sent by ``wandb sync``; jobs are off the network.

    ``WANDB_MODE=online`` sends it at once. A training that goes on after a kill goes on with its run.
    """

    def __init__(self, folder, spec, step):
        import wandb

        folder.mkdir(parents=True, exist_ok=True)
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", "transfer-atlas"),
            name=str(folder), id=provenance.digest([str(folder), spec]), resume="allow",
            dir=str(folder), config=spec, mode=os.environ.get("WANDB_MODE", "offline"),
        )  # fmt: skip
        self._run.define_metric("*", step_metric="step")

    def add(self, step, values):
        self._run.log({**values, "step": step})

    def close(self):
        self._run.finish()


_KNOWN = {"tensorboard": _TensorBoard, "wandb": _WandB}
