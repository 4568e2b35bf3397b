"""Every language of the catalogue is one that URIEL knows, and says what the analysis needs."""

import re

import pytest

from atlas import catalog
from atlas.distances import archives

LANGUAGES = catalog.load()["languages"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_entry_is_complete(code):
    entry = LANGUAGES[code]
    assert re.fullmatch("[a-z]{3}", code)
    assert set(entry) - {"uriel"} == {"name", "script", "family", "branch", "pretraining"}
    assert re.fullmatch("[A-Z][a-z]{3}", entry["script"])
    assert entry["name"] and entry["family"]
    assert entry["pretraining"] is None or 0 < entry["pretraining"] < 1000


@pytest.mark.parametrize(
    ("table", "prefix"),
    [("feature_predictions.npz", "S_"), ("geocoord_features.npz", ""), ("family_features.npz", "")],
)
def test_uriel_has_a_vector_for_every_language(table, prefix):
    codes = [entry.get("uriel", code) for code, entry in LANGUAGES.items()]
    found = archives.rows(archives.folder("lang2vec") / "data" / table, codes, prefix)
    without = {code for code, vector in zip(LANGUAGES, found, strict=True) if not vector.any()}
    # Basque is an isolate: URIEL records no ancestors, which is the truth and not a gap.
    assert without == ({"eus"} if table.startswith("family") else set())


def test_benchmarks_are_covered():
    xtreme_r = (
        "afr arb azj ben bul cmn deu ekk ell eng eus fin fra guj hat heb hin hun ind ita jav jpn kat kaz kor"
        " lit mal mar mya nld pan pes pol por quz ron rus spa swh tam tel tgl tha tur ukr urd vie wol yor zsm"
    )
    assert len(xtreme_r.split()) == 50
    assert set(xtreme_r.split()) | {"swe"} <= set(LANGUAGES)
