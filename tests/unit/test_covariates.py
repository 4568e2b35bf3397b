"""Covariates of languages: fertility by hand, sizes as published, null where not known."""

import math

import pytest
import yaml
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from atlas import artifacts, columns, kinds, manifests
from atlas.data import pretraining_sizes
from measure_covariates import measure_covariates
from tests.conftest import ROOT

SPEC = {
    "targets": {
        "nli": {
            "kind": "sentence_classification", "languages": ["eng", "deu", "tha"],
            "source_languages": ["eng"], "translated_from_source": True,
        },
        "tags": {
            "kind": "token_labels", "languages": ["eng", "tha"], "source_languages": ["eng"],
            "translated_from_source": None,
        },
    },
    "models": {"small": "cc100", "other": None},
    "scripts": {"eng": "Latn", "deu": "Latn", "tha": "Thai"},
    "pretraining": {"cc100": {"unit": "GiB", "sizes": {"eng": 300.8, "deu": 10.0}}},
}  # fmt: skip


@pytest.fixture
def tokenizer():
    """Words of known letters; "haus" is two pieces."""
    vocabulary = {"[UNK]": 0, "ha": 1, "##us": 2, "a": 3, "house": 4}
    backend = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]")


@pytest.fixture
def folder(tmp_path, tokenizer):
    """Prepared tests of two targets, and a model folder with a tokenizer."""
    rows = {
        "nli": {code: {"id": "0", "first": text, "second": "a", "label": "x"} for code, text in
                (("eng", "a house"), ("deu", "a haus"), ("tha", "haushaus"))},
        "tags": {code: {"id": "0", "tokens": ["haus", "a"], "labels": ["x", "x"], "marked": None} for code in
                 ("eng", "tha")},
    }  # fmt: skip
    for target, languages in rows.items():
        home = tmp_path / "target" / target / "test"
        tables = {}
        for language, row in languages.items():
            schema = kinds.of(SPEC["targets"][target]["kind"]).EXAMPLES
            artifacts.write_table(home / f"{language}.parquet", [row], "k", schema)
            tables[language] = {"file": f"{language}.parquet", "rows": 1}
        manifests.write(home / "manifest.json", "k", [t["file"] for t in tables.values()], tables=tables)
    tokenizer.save_pretrained(tmp_path / "models" / "small")
    manifests.write(tmp_path / "models" / "small" / "manifest.json", "k", [])
    return tmp_path


def test_each_language_of_each_model_has_its_covariates(folder):
    out = folder / "covariates.parquet"
    measure_covariates(
        spec=SPEC, code="c", tests=sorted(folder.glob("target/*/test/manifest.json")),
        models=[folder / "models" / "small" / "manifest.json"], covariates=out,
    )  # fmt: skip
    rows = artifacts.read_table(out, columns.COVARIATES).to_pylist()
    found = {(row["model"], row["target"], row["language"]): row for row in rows}
    assert len(found) == len(rows) == 10
    german = found["small", "nli", "deu"]
    assert german["fertility"] == pytest.approx(4 / 3)  # a ha ##us, a
    assert german["log10_pretraining"] == 1 and german["pretraining_unit"] == "GiB"
    assert german["same_script"] and german["translated_from_source"] and german["n_examples"] == 1
    # Thai has no spaces: no fertility of sentences, but the tagged words are given.
    assert found["small", "nli", "tha"]["fertility"] is None
    assert found["small", "tags", "tha"]["fertility"] == pytest.approx(3 / 2)
    assert found["small", "nli", "tha"]["log10_pretraining"] is None
    assert found["small", "nli", "tha"]["same_script"] is False
    # A model without tokenizer and corpus (a study of imported scores) leaves them open.
    other = found["other", "nli", "deu"]
    assert other["fertility"] is None and other["pretraining_size"] is None and other["n_examples"] == 1


def test_sizes_of_the_shipped_corpora_belong_to_languages_of_the_catalogue():
    languages = yaml.safe_load((ROOT / "catalog" / "languages.yaml").read_text())
    sizes = pretraining_sizes.of(languages)
    assert set(sizes) == {"cc100", "mc4", "wikipedia"}
    assert sizes["cc100"]["sizes"]["eng"] == 300.8 and sizes["mc4"]["sizes"]["eng"] == 2733
    assert all(
        math.isfinite(size) and size > 0 for corpus in sizes.values() for size in corpus["sizes"].values()
    )
    shipped = {
        line.split(",")[2] for line in pretraining_sizes.TABLE.read_text().splitlines() if line[:1] in "mw"
    }
    assert shipped <= languages.keys()
