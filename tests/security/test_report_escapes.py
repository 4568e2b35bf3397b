"""The report shows every text of a study as text: elements, attributes and programs are ours alone."""

import copy
import itertools

import pytest

from atlas.report.findings import Findings
from atlas.report.page import render
from tests.security.markup import BREAKOUTS, MARK, Page, shape_of
from tests.unit import report_tables as invented

# Fields of the tables that hold names or words of people.
TEXTS = (
    "model",
    "intermediate",
    "target",
    "claim",
    "statement",
    "source",
    "unit",
    "note",
    "left_out",
    "split",
)
KEPT = ("none", "all", "")


class Renamed:
    """Text -> another one that stands for it everywhere: a break-out, or as long and harmless."""

    def __init__(self, harmless):
        self.harmless, self.known = harmless, {}
        self._turns = itertools.cycle(BREAKOUTS)

    def __call__(self, text):
        if not isinstance(text, str) or text in KEPT:
            return text
        if text not in self.known:
            number = len(self.known)
            hostile = f"{number:03d}{next(self._turns)}"
            self.known[text] = f"{number:03d}{'x' * (len(hostile) - 3)}" if self.harmless else hostile
        return self.known[text]


def rename(spec, tables, harmless):
    new, spec = Renamed(harmless), copy.deepcopy(spec)
    for name in ("title", "description"):
        spec[name] = new(spec[name])
    for name in ("notes", "models", "intermediate_tasks"):
        spec[name] = [new(text) for text in spec[name]]
    for entry in spec["target_tasks"]:
        entry["name"], entry["group"] = new(entry["name"]), new(entry["group"])
        entry["overlaps"] = [new(name) for name in entry["overlaps"]]
    for entry in spec["languages"].values():
        entry.update({name: new(entry[name]) for name in ("name", "family", "script")})
    spec["versions"] = {name: new(version) for name, version in spec["versions"].items()}
    rows = {
        name: [{field: new(v) if field in TEXTS else v for field, v in row.items()} for row in rows]
        for name, rows in tables.items()
    }
    return spec, rows


@pytest.fixture(scope="module")
def pages():
    """The report of the same study with hostile texts, and with harmless ones of the same lengths."""
    spec = invented.spec_of(languages=12, targets=2)
    tables = invented.tables_of(
        spec, invented.score_rows(spec), invented.distance_rows(spec, unknown=("arb",))
    )
    found = []
    for harmless in (False, True):
        renamed, rows = rename(spec, tables, harmless)
        found.append(render(Findings(renamed, **rows), "key", list(rows)))
    return found


def test_hostile_texts_make_no_element_attribute_address_or_program(pages):
    hostile, harmless = (Page(page.html) for page in pages)
    assert hostile.shape == harmless.shape
    assert hostile.programs == harmless.programs
    assert len(hostile.addresses) == len(harmless.addresses)
    ours = (
        "scores/",
        "checkpoints/",
        "sources/",
        "figures/",
        "#",
        "https://arxiv.org/",
        "https://aclanthology.org/",
    )
    assert all(address.startswith(ours) or address.endswith(".parquet") for address in hostile.addresses)


def test_hostile_texts_are_shown_as_they_are(pages):
    shown = "\n".join(Page(pages[0].html).texts)
    assert all(text in shown for text in BREAKOUTS)
    assert MARK not in "".join(Page(pages[1].html).texts)


def test_figures_are_well_formed_and_hold_no_element_of_a_text(pages):
    hostile, harmless = (
        [text for name, text in page.figures.items() if name.endswith(".svg")] for page in pages
    )
    assert len(hostile) == len(harmless) > 5
    assert [shape_of(figure) for figure in hostile] == [shape_of(figure) for figure in harmless]


def test_files_of_figures_have_plain_names(pages):
    assert all(name.replace("-", "").replace("_", "").replace(".", "").isalnum() for name in pages[0].figures)
