"""Words, shared and own; permutations; what the settings may say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from atlas.errors import AtlasError
from atlas.lab import concepts, corpus, grammar, languages, lexicon, settings, typology

DEFAULTS = settings.complete({})
CODES = DEFAULTS["languages"]


@pytest.mark.parametrize("share", [0.0, 0.35, 0.6, 0.95, 1.0])
def test_overlap_is_what_was_asked_for(share):
    for seed in (7, 8):
        found = lexicon.shared_share(lexicon.forms("jpn", share, seed))
        assert found == pytest.approx(share, abs=0.04)


def test_overlap_follows_the_planted_distance():
    lab = languages.Lab(DEFAULTS)
    for code in CODES:
        distance = typology.distances(code)["genetic"]
        asked = 0.35 + 0.6 * max(0.0, 1 - distance) ** 0.5
        assert languages.planted_share(code, DEFAULTS) == pytest.approx(asked)
        assert lexicon.shared_share(lab.language(code).words) == pytest.approx(asked, abs=0.05)


def test_shared_concepts_are_nested():
    few, many = (lexicon.forms("jpn", share, 7) for share in (0.3, 0.6))
    shared = [{c for c, word in words.items() if word == concepts.english_word(c)} for words in (few, many)]
    assert shared[0] < shared[1]


def test_no_two_concepts_or_languages_have_an_own_word_in_common():
    seen = {word: "eng" for word in map(concepts.english_word, lexicon.forms("eng", 1.0, 7)) if word}
    for code in [*CODES, "fin", "yor", "zul", "aaa", "zzz"]:
        words = {c: w for c, w in lexicon.forms(code, 0.0, 7).items() if c not in concepts.HOMONYM}
        own = [w for c, w in words.items() if c not in concepts.ANCHORS]
        assert len(set(own)) == len(own)
        assert all(seen.setdefault(word, code) == code for word in own)


def test_no_own_word_can_be_an_english_one():
    own = re.compile(r"([bdfghjklmnprstvwz][aeiou]){3}[dfghklmnprst]")
    assert own.fullmatch(lexicon.forms("jpn", 0.0, 7)["noun:girl"])
    english = [word for word in map(concepts.english_word, lexicon.forms("eng", 1.0, 7)) if word]
    assert not [word for word in english if own.fullmatch(word)]


def test_homonyms_look_alike_in_every_language():
    for code in ("eng", "jpn"):
        words = languages.Lab(DEFAULTS).language(code).words
        assert words["verb:watch"] == words["noun:watch"]
        assert words["verb:see"] != words["noun:watch"]


def test_a_language_does_not_depend_on_which_others_there_are():
    more = languages.Lab(settings.complete({"languages": [*CODES, "fra", "yor"]}))
    fewer = languages.Lab(settings.complete({"languages": ["jpn", "deu", "fin", "tur", "swe", "hin"]}))
    assert more.language("jpn") == fewer.language("jpn")


def test_no_language_depends_on_the_process():
    """Python orders sets of text anew in every process, which must not decide what is planted."""
    script = (
        "from atlas.lab import languages, settings;"
        "chosen = settings.complete({'grammar': 'permuted', 'lexicon': 'permuted'});"
        "print(languages.Lab(chosen).language('fin'))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(languages.__file__).parents[2])}
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**environment, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_permutation_is_a_balanced_derangement():
    donors = languages.balanced_permutation(tuple(CODES), "7 grammar")
    assert sorted(donors.values()) == sorted(CODES)
    assert not [code for code, donor in donors.items() if code == donor]
    for own in ("syntactic", "genetic", "geographic"):
        for received in ("syntactic", "genetic", "geographic"):
            x = [typology.distances(code)[own] for code in CODES]
            y = [typology.distances(donors[code])[received] for code in CODES]
            assert abs(spearmanr(x, y)[0]) < 0.25


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_negative_control_plants_nothing(seed):
    chosen = settings.complete({"grammar": "permuted", "lexicon": "constant", "world_seed": seed})
    lab = languages.Lab(chosen)
    english = lab.language("eng").grammar
    planted = [grammar.distance(english, lab.language(code).grammar) for code in CODES]
    syntactic = [typology.distances(code)["syntactic"] for code in CODES]
    assert abs(spearmanr(planted, syntactic)[0]) < 0.2
    assert len({lexicon.shared_share(lab.language(code).words) for code in CODES}) == 1


def test_positive_control_plants_the_relation():
    lab = languages.Lab(DEFAULTS)
    english = lab.language("eng").grammar
    planted = [grammar.distance(english, lab.language(code).grammar) for code in CODES]
    assert spearmanr(planted, [typology.distances(c)["syntactic"] for c in CODES])[0] > 0.7


def test_one_channel_alone():
    lexical = languages.Lab(settings.complete({"grammar": "english"}))
    assert lexical.language("jpn").grammar == lexical.language("eng").grammar
    assert lexical.language("jpn").words != lexical.language("eng").words
    syntactic = settings.complete({"lexicon": "syntactic"})
    shares = [languages.planted_share(code, syntactic) for code in ("swe", "spa", "jpn")]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gramar": "uriel"}, "unknown setting 'gramar'. Did you mean grammar"),
        ({"grammar": "random"}, "lab.grammar: 'random' is unknown"),
        ({"languages": ["deu", "jpn"]}, "found 2, but .* at least 6"),
        ({"p_min": 1.5}, "p_min: found 1.5"),
        ({"p_min": 0.9, "p_max": 0.5}, "Swap them"),
        ({"gamma": 0}, "above 0"),
        ({"rows": {"nlu": {}}}, "Did you mean nli"),
        ({"rows": {"nli": {"dev": 3}}}, "unknown setting 'dev'"),
        ({"rows": {"nli": {"test": 0}}}, "rows.nli.test: found 0"),
        ({"documents": 2.5}, "documents: found 2.5"),
    ],
)
def test_bad_settings_are_refused(changes, message):
    with pytest.raises(AtlasError, match=message):
        settings.complete(changes)


def test_a_language_without_a_syntax_vector_is_refused():
    with pytest.raises(AtlasError, match="'xyz' has no URIEL syntax vector"):
        languages.Lab(settings.complete({"languages": [*CODES, "xyz"]}))


def test_settings_that_a_result_does_not_depend_on_are_left_out():
    kept = settings.for_rows(settings.complete({"documents": 5}), "nli", "test")
    assert not {"languages", "documents", "english_documents"} & set(kept)
    assert kept["rows"] == {"nli": {"test": DEFAULTS["rows"]["nli"]["test"]}}
    permuted = settings.complete({"grammar": "permuted"})
    assert settings.for_rows(permuted, "nli", "test")["languages"] == CODES
    more = settings.complete({"rows": {"nli": {"test": 999}}})
    assert settings.for_text(more) == settings.for_text(DEFAULTS)


def test_pretraining_text_uses_known_words_only():
    small = {"documents": 30, "english_documents": 40}
    documents, known = corpus.documents(small), set(corpus.words(small))
    assert len(documents) == 40 + 30 * len(CODES)
    used = {word for document in documents for text in document if text for word in text.split()}
    assert used <= known
