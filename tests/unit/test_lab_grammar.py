"""Each acting URIEL feature changes the order that it should, and nothing else does."""

import random

import pytest

from atlas.errors import AtlasError
from atlas.lab import clauses, grammar, typology
from atlas.lab.world import Frame, Phrase

FRAME = Frame(
    verb="verb:see",
    agent=Phrase("noun:girl", "INDEF", possessor=None),
    patient=Phrase("noun:ring", "DEF", "adjective:big"),
    tense="PAST",
    negated=True,
    relation="relation:near",
    place="noun:park",
)
NAMED = Frame("verb:see", Phrase("noun:girl", "SOME"), Phrase("noun:ring", possessor="name:Anna"))
COUNTED = Frame("verb:see", Phrase("name:Omar"), Phrase("noun:ring", numeral="number:2"))
ENGLISH = typology.syntax_vector("eng")
ONE_ORDER = {"POSSESSOR_AFTER_NOUN": 0, "NEGATIVE_WORD_AFTER_VERB": 0}


def said(frame, changes, **form):
    """The English-like sentence with some URIEL features changed, in words that show its concepts."""
    rules = grammar.from_features({**ENGLISH, **ONE_ORDER, **changes})
    tokens = clauses.say(frame, rules, random.Random(0), **form)
    return " ".join(token.concept.rpartition(":")[2] for token in tokens)


PLAIN = "INDEF girl NEG see PAST DEF big ring near DEF park ."


def test_english_features_give_english_order():
    assert said(FRAME, {}) == PLAIN
    assert said(NAMED, {}) == "SOME girl see Anna GEN ring ."
    assert said(COUNTED, {}) == "Omar see 2 ring PL ."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SVO": 0, "SOV": 1}, "INDEF girl DEF big ring NEG see PAST near DEF park ."),
        ({"SVO": 0, "VSO": 1}, "NEG see PAST INDEF girl DEF big ring near DEF park ."),
        ({"SVO": 0, "VOS": 1}, "NEG see PAST DEF big ring INDEF girl near DEF park ."),
        ({"SVO": 0, "OVS": 1}, "DEF big ring NEG see PAST INDEF girl near DEF park ."),
        ({"SVO": 0, "OSV": 1}, "DEF big ring INDEF girl NEG see PAST near DEF park ."),
        (
            {"ADPOSITION_BEFORE_NOUN": 0, "ADPOSITION_AFTER_NOUN": 1},
            "INDEF girl NEG see PAST DEF big ring DEF park near .",
        ),
        (
            {"ADJECTIVE_BEFORE_NOUN": 0, "ADJECTIVE_AFTER_NOUN": 1},
            "INDEF girl NEG see PAST DEF ring big near DEF park .",
        ),
        ({"DEFINITE_WORD": 0}, "INDEF girl NEG see PAST big ring near park ."),
        (
            {"DEFINITE_WORD": 0, "DEFINITE_AFFIX": 1},
            "INDEF girl NEG see PAST big ring DEF near park DEF .",
        ),
        ({"INDEFINITE_WORD": 0}, "girl NEG see PAST DEF big ring near DEF park ."),
        (
            {"ARTICLE_WORD_BEFORE_NOUN": 0, "ARTICLE_WORD_AFTER_NOUN": 1},
            "girl INDEF NEG see PAST big ring DEF near park DEF .",
        ),
        (
            {"NEGATIVE_WORD_BEFORE_VERB": 0, "NEGATIVE_SUFFIX": 1},
            "INDEF girl see PAST NEG DEF big ring near DEF park .",
        ),
        (
            {"NEGATIVE_WORD_BEFORE_VERB": 0, "NEGATIVE_WORD_AFTER_VERB": 1},
            "INDEF girl see PAST NEG DEF big ring near DEF park .",
        ),
        (
            {"NEGATIVE_WORD_BEFORE_VERB": 0, "NEGATIVE_WORD_FINAL": 1},
            "INDEF girl see PAST DEF big ring near DEF park NEG .",
        ),
        ({"NEGATIVE_WORD_BEFORE_VERB": 0, "NEGATIVE_PREFIX": 1}, PLAIN),
        (
            {"CASE_MARK": 1, "CASE_SUFFIX": 1},
            "INDEF girl NEG see PAST DEF big ring ACC near DEF park .",
        ),
        (
            {"CASE_MARK": 1, "CASE_PREFIX": 1},
            "INDEF girl NEG see PAST ACC DEF big ring near DEF park .",
        ),
        (
            {"CASE_MARK": 1, "CASE_PROCLITIC": 1},
            "INDEF girl NEG see PAST ACC DEF big ring near DEF park .",
        ),
        ({"CASE_SUFFIX": 1}, PLAIN),
        (
            {"TAM_SUFFIX": 0, "TAM_PREFIX": 1},
            "INDEF girl NEG PAST see DEF big ring near DEF park .",
        ),
        (
            {"OBLIQUE_AFTER_VERB": 0, "OBLIQUE_BEFORE_VERB": 1},
            "INDEF girl near DEF park NEG see PAST DEF big ring .",
        ),
    ],
)
def test_feature_changes_the_clause(changes, expected):
    assert said(FRAME, changes) == expected


@pytest.mark.parametrize(
    ("frame", "changes", "expected"),
    [
        (
            NAMED,
            {"POSSESSOR_BEFORE_NOUN": 0, "POSSESSOR_AFTER_NOUN": 1},
            "SOME girl see ring GEN Anna .",
        ),
        (
            NAMED,
            {"DEMONSTRATIVE_WORD_BEFORE_NOUN": 0, "DEMONSTRATIVE_WORD_AFTER_NOUN": 1},
            "girl SOME see Anna GEN ring .",
        ),
        (COUNTED, {"NUMERAL_BEFORE_NOUN": 0, "NUMERAL_AFTER_NOUN": 1}, "Omar see ring PL 2 ."),
        (COUNTED, {"PLURAL_SUFFIX": 0}, "Omar see 2 ring ."),
        (COUNTED, {"PLURAL_SUFFIX": 0, "PLURAL_PREFIX": 1}, "Omar see 2 PL ring ."),
        (COUNTED, {"PLURAL_SUFFIX": 0, "PLURAL_WORD": 1}, "Omar see 2 PL ring ."),
    ],
)
def test_feature_changes_the_noun_phrase(frame, changes, expected):
    assert said(frame, changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Omar see 2 ring PL ?"),
        ({"POLARQ_MARK_INITIAL": 1}, "ASK Omar see 2 ring PL ?"),
        ({"POLARQ_MARK_FINAL": 1}, "Omar see 2 ring PL ASK ?"),
    ],
)
def test_feature_marks_the_question(changes, expected):
    assert said(COUNTED, changes, polar=True) == expected


def test_every_acting_feature_exists_in_uriel_and_is_covered_above():
    acting = {
        feature.lstrip("-")
        for conditions, _ in grammar.PARAMETERS.values()
        for _, condition in conditions
        for feature in condition.split()
    }
    assert acting <= set(ENGLISH)
    assert len(ENGLISH) == 103


def test_two_orders_in_uriel_are_both_used():
    rules = grammar.from_features(typology.syntax_vector("deu"))
    assert rules["clause"] == ("SVO", "SOV")
    rng = random.Random(0)
    orders = [[t.role for t in clauses.say(COUNTED, rules, rng)].index("verb") for _ in range(50)]
    assert len(set(orders)) > 1


def test_question_words_stand_where_the_phrase_would():
    assert said(COUNTED, {"SVO": 0, "SOV": 1}, asked="patient") == "Omar WHAT see ?"
    assert said(FRAME, {}, asked="agent").startswith("WHO NEG see PAST DEF big ring")
    assert said(COUNTED, {}, asked="place") == "Omar see 2 ring PL WHERE ?"


def test_grammar_distance_is_the_mean_variation_of_the_parameters():
    english = grammar.settled(grammar.from_features(ENGLISH))
    assert grammar.distance(english, english) == 0
    other = {**english, "clause": ("SOV",), "adposition": ("before", "after")}
    assert grammar.distance(english, other) == pytest.approx((1 + 0.5) / 14)


def test_known_languages_have_their_known_order():
    """Facts of any grammar book, here read from URIEL."""
    japanese = grammar.from_features(typology.syntax_vector("jpn"))
    assert (japanese["clause"], japanese["adposition"]) == (("SOV",), ("after",))
    swahili = grammar.from_features(typology.syntax_vector("swh"))
    assert (swahili["adjective"], swahili["numeral"]) == (("after",), ("after",))


def test_language_without_vector_is_refused_with_its_name():
    with pytest.raises(AtlasError, match="'xyz' has no URIEL syntax vector"):
        typology.syntax_vector("xyz")


def test_distances_are_those_of_the_vectors():
    measured = typology.distances("deu")
    assert measured["syntactic"] == pytest.approx(0.10, abs=0.005)
    assert measured["genetic"] == pytest.approx(0.46, abs=0.005)
    assert typology.distances("eng") == pytest.approx({"syntactic": 0, "genetic": 0, "geographic": 0})
    assert typology.distances("jpn")["genetic"] == 1
