"""docs/lab.md shows what the commands print."""

from pathlib import Path

import pytest

from atlas.lab import __main__ as command
from atlas.lab import settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lab.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(command.SHOW))
def test_page_holds_the_command_output(name):
    assert command.SHOW[name]() in PAGE


def test_page_names_every_setting():
    assert not [name for name in settings.DEFAULTS if f"`{name}`" not in PAGE]


def test_page_gives_the_numbers_of_rows():
    for table, splits in settings.DEFAULTS["rows"].items():
        sizes = " / ".join(str(splits.get(split, "-")) for split in ("train", "tune", "test"))
        assert any(f"`{table}`" in line and f"| {sizes} |" in line for line in PAGE.splitlines()), table
