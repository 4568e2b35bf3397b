"""How far a training is: one line a minute in the log, a bar on a terminal, and the study's `report_to`."""

import logging
import resource
import sys
import time

import torch
import tqdm

_log = logging.getLogger("atlas.engine.training")
_MINUTE = 60


class Progress:
    """Counts what passed through the model and tells it.

    Parameters
    ----------
    steps : of the whole training
    done : steps that an earlier process did
    reports : `reports.Reports`, which are told too
    """

    def __init__(self, steps, done, reports):
        self._steps, self._first, self._reports = steps, done, reports
        self._started = self._told = time.monotonic()
        self._tokens = self._padded = 0
        self._bar = tqdm.tqdm(total=steps, initial=done, unit="step", disable=None, file=sys.stderr)

    def add(self, batch):
        """Note the tensors of a batch."""
        self._padded += batch["input_ids"].numel()
        self._tokens += int(batch["attention_mask"].sum())

    def note(self, step, **values):
        """Report numbers as they are after `step` steps."""
        self._reports.add(step, **values)

    def tell(self, step, loss, **values):
        """Say once a minute, and at the first opportunity, how things stand after `step` steps."""
        self._bar.update(step - self._bar.n)
        now = time.monotonic()
        speed = self._tokens / max(now - self._started, 1e-9)
        self.note(step, loss=loss, **values, tokens_per_second=speed, padding=self.padding)
        if self._told != self._started and now - self._told < _MINUTE:
            return
        self._told, seconds = now, max(now - self._started, 1e-9)
        left = seconds / max(step - self._first, 1) * (self._steps - step)
        _log.info(
            "step %d of %d, loss %.3f, %.0f tokens/s, %.0f %% padding, %.1f GB, ends about %s",
            step, self._steps, loss, speed, 100 * self.padding, _memory(),
            time.strftime("%d %b %H:%M", time.localtime(time.time() + left)),
        )  # fmt: skip

    @property
    def padding(self):
        """Share of what the model computed that was padding."""
        return 1 - self._tokens / max(self._padded, 1)

    def close(self):
        """Leave the terminal as it was."""
        self._bar.close()
        self._reports.close()


def _memory():
    """Largest memory in use so far, in GB: of the accelerator, or of this process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
