"""Files of the future are dated anew, and no others."""

import os
import time

from atlas import clocks


def test_files_of_the_future_are_dated_now_and_no_others(tmp_path):
    for name, moment in {"late.json": time.time() + 9999, "early.json": 1000.0}.items():
        (tmp_path / name).write_text("{}")
        os.utime(tmp_path / name, (moment, moment))
    assert clocks.catch_up(tmp_path) == 1
    assert (tmp_path / "late.json").stat().st_mtime <= time.time()
    assert (tmp_path / "early.json").stat().st_mtime == 1000.0
