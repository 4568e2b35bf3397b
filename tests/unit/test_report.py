"""The report: right numbers in the words, nothing from outside, and a page for every partial grid."""

import csv
import html
import json
import math
import random
import re
import shutil
import subprocess
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from statsmodels.api import OLS, add_constant

from atlas import stage
from atlas.provenance import canonical
from atlas.report import heatmap, languages, scaling, scatter, sentences, summary, wording
from atlas.report import tables as report_tables
from atlas.report.findings import Findings
from atlas.report.svg import ticks
from render_report import render_report
from tests.unit import report_tables as invented


def findings_of(spec, effect=lambda *cell: 0.0, drop=lambda cell: False):
    tables = invented.tables_of(
        spec, invented.score_rows(spec, effect, drop), invented.distance_rows(spec, unknown=("swh",))
    )
    return Findings(spec, **tables)


def render(folder, spec, tables):
    folder.mkdir(exist_ok=True)
    paths = invented.write(folder, tables)
    render_report(
        spec=spec,
        code="digest",
        tables=list(paths.values()),
        report=folder / "report.html",
        figures=folder / "figures",
    )
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def study():
    return invented.spec_of(languages=12, targets=2)


@pytest.fixture(scope="module")
def tables(study):
    return invented.tables_of(
        study, invented.score_rows(study, drop=_hole), invented.distance_rows(study, unknown=("arb",))
    )


def _hole(cell):
    return cell[:4] == ("size-2", "squad", "xnli", 2)


@pytest.fixture(scope="module")
def page(study, tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return folder, render(folder, study, tables)


class _Addresses(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.loaded = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.found += [given["href"]] if tag == "a" and "href" in given else []
        self.loaded += [given[name] for name in ("src", "srcset", "data") if name in given]
        elsewhere = tag != "a" and not given.get("href", "#").startswith(
            "#"
        )  # `use` copies a part of the page
        self.loaded += [given["href"]] if elsewhere else []


def test_the_page_loads_nothing(page):
    addresses = _Addresses(page[1])
    assert addresses.loaded == []
    assert "@import" not in page[1] and "url(" not in page[1]
    outside = {address for address in addresses.found if re.match(r"\w+:|//", address)}
    assert all(address.startswith(("https://arxiv.org/", "https://aclanthology.org/")) for address in outside)


def test_links_lead_to_files_of_the_study(page, study, tables):
    folder, text = page
    found = Findings(study, **tables)
    cells = {(r["model"], r["intermediate"], r["target"], r["seed"]) for r in tables["scores"]}
    scored = {found.score_file(*cell) for cell in cells}
    recipes = {found.recipe_file(*cell) for cell in cells}
    inside = {address for address in _Addresses(text).found if not re.match(r"https:|#", address)}
    cell_files = {address for address in inside if address.startswith(("scores/", "checkpoints/"))}
    assert cell_files == scored | recipes  # each is led to, and none that is not there
    assert all((folder / address).is_file() for address in inside - cell_files)
    assert {f"{name}.parquet" for name in tables} <= inside


@pytest.mark.parametrize("intermediates", [("none", "mnli"), ("none",)])
def test_every_place_in_the_table_of_contents_exists(tmp_path, intermediates):
    spec = invented.spec_of(intermediates=intermediates, targets=1, languages=8)
    text = render(
        tmp_path, spec, invented.tables_of(spec, invented.score_rows(spec), invented.distance_rows(spec))
    )
    for place in (address for address in _Addresses(text).found if address.startswith("#")):
        assert f'id="{place[1:]}"' in text


@pytest.mark.parametrize(
    ("trained", "intermediate", "file"),
    [
        (True, "none", "checkpoints/target/m/none/udpos/seed-3/manifest.json"),
        (False, "mnli", "checkpoints/intermediate/m/mnli/seed-3/manifest.json"),
        (False, "none", "sources/models/m/manifest.json"),
    ],
)
def test_a_recipe_is_that_of_the_last_training(study, tables, trained, intermediate, file):
    spec = {**study, "target_tasks": [{**study["target_tasks"][0], "trained": trained}]}
    assert Findings(spec, **tables).recipe_file("m", intermediate, "udpos", 3) == file


def test_imported_scores_lead_to_their_table_and_have_no_recipe(tmp_path, study, tables):
    text = render(tmp_path, {**study, "imported": True}, tables)
    inside = {address for address in _Addresses(text).found if not re.match(r"https:|#", address)}
    assert not [address for address in inside if address.startswith(("scores/", "checkpoints/"))]
    assert all((tmp_path / address).is_file() for address in inside)


def test_text_from_the_study_is_escaped(tmp_path, study, tables):
    evil = '<script>alert("x")</script>&"\''
    study = {
        **study,
        "title": evil,
        "description": evil,
        "notes": [evil],
        "versions": {evil: evil},
        "languages": {
            code: {**dict.fromkeys(("name", "family", "script"), evil), "uriel": code}
            for code in study["languages"]
        },
    }
    text = render(tmp_path, study, tables)
    assert "<script>alert" not in text
    assert html.escape(evil, quote=False)[:20] in text


def test_text_in_tables_is_escaped(tmp_path, study, tables):
    evil = "<img src=x onerror=alert(1)>"
    names = {"note", "statement", "source", "verdict", "unit", "left_out", "covariates", "method", "provider"}
    hostile = {
        table: [{key: evil if key in names else value for key, value in row.items()} for row in rows]
        for table, rows in tables.items()
    }
    text = render(tmp_path, study, hostile)
    assert "<img" not in text and html.escape(evil) in text
    for path in (tmp_path / "figures").glob("*.svg"):
        assert "<img" not in path.read_text()


def test_figures_are_valid_svg_with_their_own_style(page):
    drawings = sorted((page[0] / "figures").glob("*.svg"))
    assert {"deltas.svg", "deltas-udpos.svg", "delta-against-syntactic-udpos.svg"} <= {
        p.name for p in drawings
    }
    for path in drawings:
        root = ElementTree.parse(path).getroot()
        assert root.find("{http://www.w3.org/2000/svg}style") is not None
        assert 'href="scores/' not in path.read_text()


def test_equal_input_gives_equal_bytes(tmp_path, study, tables, page):
    assert render(tmp_path, study, tables) == page[1]
    for path in (tmp_path / "figures").iterdir():
        assert path.read_bytes() == (page[0] / "figures" / path.name).read_bytes()


def test_the_key_follows_the_inputs(tmp_path, study, tables, page):
    other = render(tmp_path, {**study, "title": "Other"}, tables)
    keys = [re.search(r'name="atlas-key" content="(\w{16})"', text).group(1) for text in (page[1], other)]
    assert keys[0] != keys[1]


def test_the_stage_runs_from_its_command_line(tmp_path, study, tables, capfd):
    words = ["--tables", *map(str, invented.write(tmp_path, tables).values())]
    words += [
        "--figures",
        str(tmp_path / "figures"),
        "--report",
        str(tmp_path / "report.html"),
        "--spec",
        canonical(study),
        "--code",
        "digest",
    ]
    stage.run(render_report, words)
    assert "figures" in capfd.readouterr().err
    assert not list(tmp_path.rglob("*tmp*"))


PARTIAL = {
    "no scores at all": ({}, lambda cell: True),
    "baseline only": ({"intermediates": ("none",)}, lambda cell: False),
    "one model, one seed": ({"models": 1, "seeds": (1,)}, lambda cell: False),
    "too few languages to correlate": ({"languages": 4}, lambda cell: False),
    "no score in the source language": ({}, lambda cell: cell[4] == "eng"),
    "source language only": ({"languages": 1}, lambda cell: False),
    "baseline missing": ({}, lambda cell: cell[1] == "none"),
    "one target unscored": ({}, lambda cell: cell[2] == "xnli"),
    "models share no cell": ({}, lambda cell: (cell[0] == "size-1") == (cell[3] == 1)),
}


@pytest.mark.parametrize("case", PARTIAL)
def test_a_partial_grid_gives_a_page(tmp_path, case):
    shape, drop = PARTIAL[case]
    spec = invented.spec_of(**{"languages": 8, "targets": 2, **shape})
    tables = invented.tables_of(spec, invented.score_rows(spec, drop=drop), invented.distance_rows(spec))
    text = render(tmp_path, spec, tables)
    assert "</html>" in text
    assert not re.search(
        r"\b(nan|None|Undefined)\b", re.sub(r"<s(cript|tyle).*?</s(cript|tyle)>", "", text, flags=re.S)
    )


def test_unknown_values_everywhere_give_a_page(tmp_path, study, tables):
    emptied = {
        name: [
            {key: value if isinstance(value, str | int) else None for key, value in row.items()}
            for row in rows
        ]
        for name, rows in tables.items()
        if name != "deltas"
    }
    text = render(tmp_path, study, {**emptied, "deltas": []})
    assert "0 of 288 cells (0 %)" in text
    assert "not estimated" in text


def test_no_distances_give_a_page(tmp_path, study):
    tables = invented.tables_of(study, invented.score_rows(study), [])
    assert "no correlation could be estimated" in render(tmp_path, study, tables)


def test_a_planted_gain_is_found_by_hand():
    # Both seeds gain exactly 3 points on all languages of the larger model and 1 of the smaller.
    spec = invented.spec_of(intermediates=("none", "mnli"), targets=1, languages=8)
    found = findings_of(spec)
    for row in found.scores:
        gain = {"size-1": 1, "size-2": 3}[row["model"]] if row["intermediate"] == "mnli" else 0
        row["score"] = 50 + gain + (0.5 if gain and row["seed"] == 1 else 0)
    # By seed: 1.5 and 1, mean 1.25, t interval 1.25 -+ 12.706 * 0.25.
    helped, sized, _ = (f"{sentence} {detail}" for _, sentence, detail in sentences.answer(found))
    assert "+1.2 points [−1.9, 4.4] in size-1 and +3.2 points [0.1, 6.4] in size-2" in helped
    assert (
        "not distinguishable from zero in size-1; a gain beyond the spread of the seeds in size-2" in helped
    )
    assert "changes by +2.0 points [2.0, 2.0], beyond the spread" in sized
    assert "two points cannot show a trend" in sized


def test_one_seed_claims_nothing():
    helped, sized, _ = (s for _, s, _ in sentences.answer(findings_of(invented.spec_of(seeds=(1,)))))
    assert "one seed gives no interval" in helped and "[" not in helped
    assert "from one seed, so without an interval" in sized


def test_a_planted_relation_with_distance_is_told():
    spec = invented.spec_of(languages=20)
    falling = findings_of(
        spec, effect=lambda model, intermediate, language: -60 * invented.distance_of(language)
    )
    sentence = sentences.answer(falling)[2][1]
    # 2 sizes x 2 intermediates x 3 targets, less the one with a training at chance.
    assert (
        "Of 11 rank correlations between delta and syntactic distance, each over 18 languages, 11 can"
        in sentence
    )
    assert "0 positive, 11 negative" in sentence


def test_completeness_counts_and_names_what_is_missing(study, tables):
    grid = summary.completeness(Findings(study, **tables))
    assert (grid.expected, grid.present) == (2 * 3 * 2 * 2 * 12, 2 * 3 * 2 * 2 * 12 - 12)
    [group] = grid.missing
    assert (group["model"], group["intermediate"], group["target"]) == ("size-2", "squad", "xnli")
    assert group["seeds"] == {2: study["target_tasks"][1]["languages"]}


def test_a_table_of_imported_scores_is_whole_as_it_is(study, tables):
    grid = summary.completeness(Findings({**study, "imported": True}, **tables))
    assert (grid.expected, grid.present, grid.missing) == (276, 276, [])


def test_without_any_delta_the_transfer_gap_is_told():
    spec = invented.spec_of(languages=18, intermediates=("none",))
    distances = list(invented.distance_rows(spec))
    found = Findings(spec, **invented.tables_of(spec, invented.score_rows(spec), distances))
    helps, size, distance = sentences.answer(found)
    assert "Not enough data" in helps[1] and "Not enough data" in size[1]
    gaps = [row["gap"] for row in summary.score_rows(found, "udpos")]
    assert f"from {gaps[0]:.1f} to {gaps[1]:.1f} points in udpos (10 M to 20 M)" in size[2]
    assert distance[1].startswith(
        "There is no delta. Of 6 rank correlations between transfer gap and syntactic"
    )
    assert "6 positive, 0 negative" in distance[1] and "more is lost in distant" in distance[2]


def test_a_hole_in_the_grid_does_not_move_the_comparison():
    # mnli adds 4, squad nothing: a missing seed of squad must not look like a gain.
    spec = invented.spec_of(targets=1, languages=4)
    found = findings_of(spec, drop=lambda cell: cell[:2] == ("size-2", "squad") and cell[3] == 2)
    for row in found.scores:
        row["score"] = 54.0 if row["intermediate"] == "mnli" else 50.0
    comparison = sentences.compare(found)
    assert comparison.estimate("size-1").mean == comparison.estimate("size-2").mean
    assert comparison.difference("size-2", "size-1").mean == 0


def test_score_rows_are_means_over_seeds_and_zero_shot_languages(study, tables):
    row = summary.score_rows(Findings(study, **tables), "udpos")[0]
    mine = [
        r
        for r in tables["scores"]
        if (r["model"], r["intermediate"], r["target"]) == ("size-1", "none", "udpos")
    ]
    source = [r["score"] for r in mine if r["language"] == "eng"]
    others = [r["score"] for r in mine if r["language"] != "eng"]
    assert row["source"] == pytest.approx(sum(source) / 2)
    assert row["zero_shot"] == pytest.approx(sum(others) / 22)
    assert row["gap"] == pytest.approx(row["source"] - row["zero_shot"])
    assert row["delta"] is None and row["seeds"] == [1, 2]


def test_labels_neither_collide_nor_leave_the_plot():
    points = [scatter.Point(0.5 + 0.01 * (n % 7), n / 4, f"l{n:02d}", "") for n in range(40)]
    frame = scatter.frame_of(points, "distance", "points")
    body = str(scatter.draw("title", "note", points, frame, True).body)
    places = [
        (float(x), float(y), label)
        for x, y, label in re.findall(r'<text x="([\d.]+)" y="([\d.]+)" class="label"[^>]*>(l\d+)<', body)
    ]
    assert len(places) > 20
    for number, (x, y, _) in enumerate(places):
        assert all(abs(x - a) > 16 or abs(y - b) > 9 for a, b, _ in places[:number])
        assert scatter.BOX.left < x < scatter.WIDTH and 0 < y < scatter.HEIGHT


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_shows_the_page_without_error_network_or_overflow(page, tmp_path):
    watch = "<script>window.faults = []; addEventListener('error', (e) => faults.push(e.message))</script>"
    probe = """
    document.title = JSON.stringify({
      faults, requests: performance.getEntriesByType("resource").map((entry) => entry.name),
      window: innerWidth, content: document.documentElement.scrollWidth,
      choices: document.querySelectorAll(".filters select").length,
      filtered: [...document.querySelectorAll("tbody tr")].some((row) => row.hidden),
      drawn: [...document.querySelectorAll("details[open] .panel")].every((svg) => svg.getBBox().width > 0),
    })"""
    copy = tmp_path / "report.html"
    watched = page[1].replace("<head>", f"<head>{watch}")
    copy.write_text(watched.replace("</body>", f"<script>{probe}</script></body>"), encoding="utf-8")
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-component-update"
    flags += f" --disable-background-networking --disable-sync --user-data-dir={tmp_path / 'profile'}"
    command = ["chromium", *flags.split(), "--window-size=400,800", "--dump-dom", copy.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    seen = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", dom).group(1)))
    assert seen["faults"] == [] and seen["requests"] == []
    assert seen["content"] <= seen["window"]
    assert seen["choices"] >= 4 and seen["filtered"] and seen["drawn"]


def test_every_figure_has_its_numbers_beside_it(page, tables):
    folder = page[0] / "figures"
    assert {path.stem for path in folder.glob("*.svg")} == {path.stem for path in folder.glob("*.csv")}
    with open(folder / "profile-udpos.csv", encoding="utf-8", newline="") as stream:
        shown = {(r["model"], r["intermediate"], r["language"]): r["delta"] for r in csv.DictReader(stream)}
    counted = [r for r in tables["deltas"] if r["target"] == "udpos" and r["language"] != "eng"]
    expected = {(r["model"], r["intermediate"], r["language"]): r for r in counted if not r["at_chance"]}
    assert shown.keys() == expected.keys()
    assert all(float(shown[cell]) == row["delta"] for cell, row in expected.items())


def test_a_map_shows_means_over_intermediates_where_the_languages_lie(study, tables):
    figure = languages.deltas_on_map(Findings(study, **tables), "xnli")
    [spot] = [row for row in figure.data if (row["model"], row["language"]) == ("size-1", "fin")]
    deltas = [
        row["delta"]
        for row in tables["deltas"]
        if (row["model"], row["target"], row["language"]) == ("size-1", "xnli", "fin")
    ]
    assert len(deltas) == 2 and spot["delta"] == pytest.approx(sum(deltas) / 2)
    assert (spot["latitude"], spot["longitude"]) == pytest.approx((64.76, 25.56), abs=0.2)


def test_the_change_with_size_is_told_with_its_interval(study, tables):
    told = sentences.answer(Findings(study, **tables))
    assert "by −6.2 points per unit [−9.0, −3.5], which can be told from zero" in told[1][1]
    without = sentences.answer(Findings(study, **{**tables, "scaling": []}))
    assert "tenfold" not in without[1][1]
    drawn = str(scaling.slopes(Findings(study, **tables)).rows[1][0].body)
    assert "per tenfold parameters −6.2 [−9.0, −3.5]" in drawn and drawn.count("<circle") == 2


def test_a_slope_over_zero_is_not_told_from_it(study, tables):
    rows = [
        {**row, "ci_low": -9.5, "ci_high": 0.5} if row["term"] == scaling.INTERACTION else row
        for row in tables["scaling"]
    ]
    assert (
        "[−9.5, 0.5], not distinguishable from zero"
        in sentences.answer(Findings(study, **{**tables, "scaling": rows}))[1][1]
    )


def test_deltas_with_a_training_at_chance_follow_the_rule_of_the_study(study, tables):
    collapsed = ("size-1", "squad", "udpos")
    left_out = Findings(study, **tables)
    included = Findings({**study, "statistics": {**study["statistics"], "at_chance": "include"}}, **tables)
    assert collapsed not in summary.mean_deltas(left_out)
    assert collapsed in summary.mean_deltas(included)
    assert left_out.left_out == {collapsed} and included.left_out == set()


def test_overall_scores_are_means_over_tasks_and_languages(study, tables):
    table = report_tables.of(Findings(study, **tables))["overall"]
    row = next(r for r in table.rows if (r["model"], r["intermediate"]) == ("size-1", "none"))
    mine = [r for r in tables["scores"] if (r["model"], r["intermediate"]) == ("size-1", "none")]
    # As many languages in both tasks, so the mean of means is the mean.
    assert row["all"] == row["Invented"] == pytest.approx(sum(r["score"] for r in mine) / len(mine))


def test_the_band_of_a_line_is_that_of_an_independent_computation():
    draw = random.Random(3)
    xs = [draw.random() for _ in range(20)]
    ys = [3 - 5 * x + draw.gauss(0, 1) for x in xs]
    places, line, low, high = scatter.regression(xs, ys)
    fitted = OLS(ys, add_constant(xs)).fit().get_prediction(add_constant(places)).conf_int(alpha=0.05)
    assert np.column_stack([low, high]) == pytest.approx(fitted, rel=1e-10)
    assert line == pytest.approx(fitted.mean(axis=1))
    assert scatter.regression([1.0, 1.0, 1.0], [1, 2, 3]) is None
    assert scatter.regression([1.0, 2.0], [1, 2]) is None


@pytest.mark.slow
def test_a_large_grid_gives_a_page_that_a_browser_can_hold(tmp_path):
    tasks = ("none", *(f"task-{number}" for number in range(11)))
    spec = invented.spec_of(models=4, intermediates=tasks, targets=10, languages=40, seeds=(1,))
    text = render(
        tmp_path, spec, invented.tables_of(spec, invented.score_rows(spec), invented.distance_rows(spec))
    )
    assert len(text) < 8_000_000
    # Every number of a heat map is there all the same.
    assert text.count('class="value') > 4 * 11 * 10 * 40


def test_one_collapsed_run_does_not_wash_out_the_colours():
    assert heatmap.limit_of([-60.0] + [2.0] * 30 + [-1.5] * 9) == 2.0
    assert heatmap.limit_of([]) == heatmap.limit_of([0.1]) == 1.0


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-3, 4.2, [-2, 0, 2, 4]), (0.18, 0.83, [0.2, 0.4, 0.6, 0.8]), (0, 100, [0, 20, 40, 60, 80, 100])],
)
def test_ticks_are_round(low, high, expected):
    assert ticks(low, high) == expected


def test_numbers_are_written_for_people():
    assert wording.signed(-0.04) == wording.signed(0.04) == "0.0"
    assert wording.signed(1.25, 2) == "+1.25" and wording.signed(-3) == "−3.0"
    assert wording.number(math.nan) == wording.probability(None) == "–"
    assert wording.probability(0.0001) == "< 0.001"
    assert wording.magnitude(1_500) == "1.5 k" and wording.magnitude(10_700_000_000) == "10.7 B"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
