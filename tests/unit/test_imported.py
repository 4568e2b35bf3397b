"""Tables of scores made elsewhere: what is read, what is refused and how, and the study that they make."""

import csv
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atlas import artifacts, imported, imported_study, specs
from atlas.columns import DELTAS, SCORES
from atlas.errors import AtlasError
from compute_deltas import compute_deltas
from import_scores import import_scores
from tests.conftest import ROOT

LANGUAGES = ["deu", "eng", "fra", "spa"]
ROW = {
    "model": "small",
    "n_parameters": "100",
    "target": "topic",
    "source_language": "eng",
    "language": "eng",
    "metric": "accuracy",
    "score": "90.5",
}


def _write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def table(tmp_path):
    """Function: rows -> path of a CSV file."""
    return lambda *rows: _write(tmp_path / "scores.csv", rows)


def test_what_a_table_leaves_out_is_filled_in_or_unknown(table):
    rows = imported.read(table(ROW, {**ROW, "language": "deu", "score": ""}), LANGUAGES)
    assert rows[0] == {
        "model": "small", "n_parameters": 100, "n_parameters_total": None, "intermediate": "none",
        "target": "topic", "kind": "", "seed": 1, "source_language": "eng", "language": "eng",
        "metric": "accuracy", "score": 90.5, "n_examples": None, "split": "", "at_chance": None,
    }  # fmt: skip
    assert rows[1]["score"] is None


def test_scores_of_another_run_are_read_as_they_are(tmp_path):
    row = {**dict.fromkeys(SCORES.names), **ROW, "n_parameters": 100, "score": 0.4, "seed": 3, "key": "k"}
    row.update(intermediate="nli", kind="sentence_classification", at_chance=True, split="test")
    artifacts.write_table(tmp_path / "scores.parquet", [row], "key", SCORES)
    (read,) = imported.read(tmp_path / "scores.parquet", LANGUAGES)
    assert read == {name: value for name, value in row.items() if name != "key"}


FAULTS = {
    "unknown language": ([ROW, {**ROW, "language": "de"}], ["row 3", "'de'", "Did you mean deu?"]),
    "unknown source language": ([{**ROW, "source_language": "en"}], ["row 2", "source_language 'en'"]),
    "same cell twice": ([ROW, {**ROW, "score": "80"}], ["row 3", "as row 2", "different seeds"]),
    "score above 100": ([ROW, {**ROW, "language": "deu", "score": "101"}], ["row 3", "'101'", "0 to 100"]),
    "negative score": ([{**ROW, "score": "-1"}], ["row 2", "'-1'"]),
    "score as text": ([{**ROW, "score": "90,5"}], ["row 2", "'90,5'"]),
    "shares": (
        [{**ROW, "score": "0.8"}, {**ROW, "language": "deu", "score": "0.9"}],
        ["row 3", "accuracy of small in topic is 0.9", "multiply them by 100"],
    ),
    "one model in shares": (
        [
            ROW,
            {**ROW, "model": "large", "score": "0.8"},
            {**ROW, "model": "large", "language": "deu", "score": "0.7"},
        ],
        ["row 3", "of large", "multiply"],
    ),
    "missing column": ([{k: v for k, v in ROW.items() if k != "metric"}], ["lacks the columns metric"]),
    "unknown column": ([{**ROW, "sedd": "1"}], ["unknown column 'sedd'", "Did you mean seed?"]),
    "a model of two sizes": (
        [ROW, {**ROW, "language": "deu", "n_parameters": "200"}],
        ["row 3", "small is 200", "100"],
    ),
    "size as text": ([{**ROW, "n_parameters": "85M"}], ["row 2", "n_parameters is '85M'", "559000000"]),
    "half a seed": ([{**ROW, "seed": "1.5"}], ["row 2", "seed is '1.5'"]),
    "no model": ([{**ROW, "model": ""}], ["row 2", "model is empty"]),
    "flag": ([{**ROW, "at_chance": "perhaps"}], ["row 2", "at_chance is 'perhaps'", "true or false"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_file_and_row(fault, table):
    rows, words = FAULTS[fault]
    path = table(*rows)
    with pytest.raises(AtlasError) as caught:
        imported.read(path, LANGUAGES)
    message = str(caught.value)
    assert message.startswith(str(path)) and "\n" not in message
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "lacks the columns model"),
        (",".join(ROW) + "\n", "has no rows"),
        (",".join(ROW) + "\nsmall,100\n", "row 2: has not as many values"),
        (",".join(ROW) + "\n" + ",".join(ROW.values()) + ",9\n", "row 2: has not as many values"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(content, said, tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text(content)
    with pytest.raises(AtlasError, match=said):
        imported.read(path, LANGUAGES)


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "scores.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(AtlasError, match="cannot be read as a table"):
        imported.read(tmp_path / "scores.parquet", LANGUAGES)
    with pytest.raises(AtlasError, match="not there"):
        imported.read(tmp_path / "other.csv", LANGUAGES)


@pytest.mark.parametrize("score", ["0", "0.5"])
def test_a_model_that_learnt_nothing_is_not_taken_for_shares(score, table):
    rows = [{**ROW, "score": "0"}, {**ROW, "language": "deu", "score": "0"}]
    rows.append({**ROW, "language": "fra", "metric": "f1", "score": score})
    assert len(imported.read(table(*rows), LANGUAGES)) == 3


def test_the_stage_writes_scores_of_the_promised_columns(table, tmp_path):
    spec = {"languages": LANGUAGES}
    import_scores(spec=spec, code="c", source=table(ROW), table=tmp_path / "scores.parquet")
    written = pq.read_table(tmp_path / "scores.parquet")
    assert written.schema.remove_metadata() == SCORES
    assert written["key"].to_pylist() == [artifacts.key_of(tmp_path / "scores.parquet")]
    before = artifacts.key_of(tmp_path / "scores.parquet")
    import_scores(
        spec=spec, code="c", source=table({**ROW, "score": "91"}), table=tmp_path / "scores.parquet"
    )
    assert artifacts.key_of(tmp_path / "scores.parquet") != before


def test_imported_scores_are_paired_like_our_own(table, tmp_path):
    added = {
        ("none", "1"): "60",
        ("none", "2"): "62",
        ("nli", "1"): "63",
        ("nli", "2"): "67",
        ("nli", "3"): "99",
    }
    rows = [{**ROW, "intermediate": i, "seed": seed, "score": score} for (i, seed), score in added.items()]
    scores, deltas = tmp_path / "scores.parquet", tmp_path / "deltas.parquet"
    import_scores(spec={"languages": LANGUAGES}, code="c", source=table(*rows), table=scores)
    spec = {"baseline": "none", "metrics": {"topic": "accuracy"}, "bootstrap": 99, "seed": 0}
    compute_deltas(scores=scores, folder=tmp_path, spec=spec, code="c", deltas=deltas)
    (row,) = artifacts.read_table(deltas, DELTAS).to_pylist()
    assert (row["delta"], row["n_seeds"], row["n_examples"]) == (
        4.0,
        2,
        None,
    )  # 3 and 5; seed 3 has no partner
    assert row["delta_se"] == pytest.approx(1.0)


@pytest.fixture
def load(tmp_path, catalog, load_study, settings):
    """Function (rows, **changes) -> study of imported scores over the small catalogue."""
    load_study(settings, catalog)  # writes the catalogue

    def load(rows, **changes):
        path = _write(tmp_path / "scores.csv", rows)
        own = {"study": "trial", "scores": str(path), "catalog": str(tmp_path / "catalog")}
        return imported_study.load({**own, **changes})

    return load


def test_the_table_says_what_the_study_has(load):
    rows = [
        {**ROW, "seed": "2"},
        {**ROW, "language": "deu", "intermediate": "nli"},
        {**ROW, "model": "large", "target": "own", "metric": "f1", "source_language": "deu"},
        {**ROW, "model": "large", "target": "own", "metric": "accuracy"},
    ]
    study = load(rows)
    assert list(study.models) == ["small", "large"]
    assert study.intermediates == ["none", "nli"]
    assert study.seeds == (1, 2)
    assert list(study.languages) == ["deu", "eng"]
    assert study.source_languages == ["deu", "eng"]
    assert study.target_tasks["own"]["metrics"] == ["f1", "accuracy"]
    assert specs.measure_distances(study)["source_languages"] == ["deu", "eng"]
    assert specs.compute_deltas(study)["metrics"] == {"topic": "accuracy", "own": "f1"}


def test_the_catalogue_says_which_metric_is_the_headline(load):
    rows = [{**ROW, "target": "pos", "metric": metric} for metric in ("seqeval_f1", "f1", "accuracy")]
    assert load(rows).target_tasks["pos"]["metrics"] == ["accuracy", "seqeval_f1", "f1"]
    assert load(rows[:2]).target_tasks["pos"]["metrics"] == ["seqeval_f1", "f1"]


def test_the_shipped_table_is_compared_in_the_metrics_that_it_names_first():
    study = imported_study.load({"study": "p", "scores": "resources/published_scores.csv"})
    headlines = {name: entry["metrics"][0] for name, entry in study.target_tasks.items()}
    assert headlines == {"xnli": "accuracy", "udpos": "accuracy", "panx": "f1", "xquad": "f1"}


def test_a_table_without_a_pair_says_that_there_is_no_delta(load):
    assert "no intermediate task, so there is no delta" in load([ROW]).settings["notes"][0]
    other = load([{**ROW, "intermediate": "nli"}], notes=["mine"]).settings["notes"]
    assert other[0] == "mine" and "no rows with intermediate none" in other[1]
    both = load([ROW, {**ROW, "intermediate": "nli", "seed": "2"}])
    assert both.settings["notes"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": ["small"]}, ["models does not go with scores"]),
        ({"distances": ["syntax"]}, ["'syntax'", "Did you mean syntactic?"]),
        ({"score": "x"}, ["unknown key 'score'"]),
    ],
)
def test_a_study_that_says_too_much_is_refused(change, words, load):
    with pytest.raises(AtlasError) as caught:
        load([ROW], **change)
    assert all(word in str(caught.value) for word in words)


def test_a_table_is_found_beside_the_run_before_the_workflows_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = {"scores": "resources/published_scores.csv"}
    assert imported_study.path_of(settings) == ROOT / "resources" / "published_scores.csv"
    (tmp_path / "resources").mkdir()
    Path("resources/published_scores.csv").touch()
    assert imported_study.path_of(settings) == Path("resources/published_scores.csv")


# The figures that we ship, against the collection that they were copied from.

COLLECTED = Path(os.environ.get("ATLAS_PUBLISHED", ROOT.parent / "shared" / "published"))
PUBLISHED = {
    "xnli": ("erniem_paddlenlp_xnli.csv", "zero-shot", 1),
    "udpos": ("dolicki2021_en_base_vs_large.csv", None, 100),
    "panx": ("dolicki2021_en_base_vs_large.csv", None, 100),
    "xquad": ("xquad_readme_baselines.csv", "zero-shot", 1),
}
OWN_CODE = {"xlmr": "XLM-R", "infoxlm": "InfoXLM", "erniem": "ERNIE-M"}


def _collected(target):
    file, setting, factor = PUBLISHED[target]
    with open(COLLECTED / file, encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            wanted = row["task"] == target and setting in (None, row["setting"])
            if wanted and row["language"] not in ("avg", "ro"):
                metric = {"em": "exact_match"}.get(row["metric"], row["metric"])
                yield row["model"], metric, round(factor * float(row["value"]), 4)


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="needs the collection of published tables")
@pytest.mark.parametrize("target", PUBLISHED)
def test_shipped_figures_are_the_collected_ones(target):
    with open(ROOT / "resources" / "published_scores.csv", encoding="utf-8") as stream:
        shipped = [row for row in csv.DictReader(stream) if row["target"] == target]
    found = {}
    for row in shipped:
        if target == "xquad" and row["model"] == "xlmr-base":
            continue  # from another source
        family, _, size = row["model"].partition("-")
        cell = (f"{OWN_CODE[family]} {size.title()}", row["metric"])
        found.setdefault(cell, []).append(float(row["score"]))
    collected = {}
    for model, metric, value in _collected(target):
        collected.setdefault((model, metric), []).append(value)
    assert found
    for cell, values in found.items():
        assert sorted(values) == sorted(collected[cell])


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="needs the collection of published tables")
def test_shipped_figures_of_the_second_laboratory_are_the_collected_ones():
    with open(ROOT / "resources" / "published_scores.csv", encoding="utf-8") as stream:
        shipped = [
            row for row in csv.DictReader(stream) if (row["model"], row["target"]) == ("xlmr-base", "xquad")
        ]
    with open(COLLECTED / "xlmv_experiments.csv", encoding="utf-8") as stream:
        collected = [
            (row["run"], float(row["value"]))
            for row in csv.DictReader(stream)
            if (row["task"], row["model"]) == ("xquad", "XLM-R Base")
            and row["run"].startswith("seed")
            and row["language"] != "avg"
        ]
    assert sorted((f"seed {row['seed']}", float(row["score"])) for row in shipped) == sorted(collected)


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="needs the collection of published tables")
def test_shipped_averages_are_the_collected_ones():
    with open(ROOT / "resources" / "published_averages.csv", encoding="utf-8") as stream:
        shipped = [row for row in csv.DictReader(stream) if row["model"].startswith("mT5")]
    with open(COLLECTED / "mt5_readme_averages_by_size.csv", encoding="utf-8") as stream:
        collected = {(row["model"], row["task"]): row["value"] for row in csv.DictReader(stream)}
    assert len(shipped) == 5 * 6
    assert all(collected[row["model"], row["target"]] == row["value"] for row in shipped)


def test_shipped_table_is_a_study_of_two_sizes():
    rows = imported.read(
        ROOT / "resources" / "published_scores.csv",
        list(imported_study.load({"study": "p", "scores": "resources/published_scores.csv"}).languages),
    )
    assert {row["intermediate"] for row in rows} == {"none"}
    assert len({row["n_parameters"] for row in rows}) == 2
    assert pa.Table.from_pylist(rows).num_rows == len(rows)
