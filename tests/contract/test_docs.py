"""Pages that are made from the catalogue are up to date."""

from atlas import catalog, task_table
from tests.conftest import ROOT


def test_the_table_of_tasks_is_that_of_the_catalogue():
    shown = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
    assert shown == task_table.page(catalog.load()), "docs/tasks.md is stale: run `make docs`"
