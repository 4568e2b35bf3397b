"""Translating examples: what is kept, what is left out, and a real (random) Marian model."""

import pytest

from atlas.data import translation
from atlas.errors import AtlasError
from tests import tiny_translator
from tests.conftest import TEXTS

LEXICON = {
    "who sleeps?": "wer schläft?",
    "the cat sleeps.": "die Katze schläft.",
    "cat": "Katze",
    "fox": "Fuchs",
}


def _by_lexicon(texts):
    return [LEXICON.get(text, text) for text in texts]


@pytest.fixture(scope="module")
def marian(tmp_path_factory):
    """Folder of a random Marian model; read only."""
    return tiny_translator.build(tmp_path_factory.mktemp("marian"), TEXTS)


def test_texts_change_and_labels_stay():
    examples = [{"id": "3", "first": "cat", "second": None, "label": "yes"}]
    made, dropped = translation.translate_examples("sentence_classification", examples, _by_lexicon)
    assert made == [{"id": "3", "first": "Katze", "second": None, "label": "yes"}]
    assert dropped == 0


def test_choices_keep_their_order():
    examples = [
        {"id": "0", "context": "who sleeps?", "question": None, "choices": ["fox", "cat"], "label": 1}
    ]
    made, _ = translation.translate_examples("multiple_choice", examples, _by_lexicon)
    assert made[0]["choices"] == ["Fuchs", "Katze"]
    assert (made[0]["context"], made[0]["label"]) == ("wer schläft?", 1)


def _question(answers, starts):
    return {
        "id": "q",
        "question": "who sleeps?",
        "context": "the cat sleeps.",
        "answers": answers,
        "starts": starts,
    }


def test_an_answer_is_looked_up_in_the_translated_context():
    made, dropped = translation.translate_examples("span_qa", [_question(["cat"], [4])], _by_lexicon)
    assert dropped == 0
    assert (made[0]["answers"], made[0]["starts"]) == (["Katze"], [4])
    assert made[0]["context"][4:9] == "Katze"


def test_a_question_is_left_out_if_no_answer_is_found_and_stays_if_it_has_none():
    examples = [_question(["fox"], [0]), _question([], []), _question(["fox", "cat"], [0, 4])]
    made, dropped = translation.translate_examples("span_qa", examples, _by_lexicon)
    assert dropped == 1
    assert [(e["answers"], e["starts"]) for e in made] == [([], []), (["Katze"], [4])]


def test_a_real_model_translates_sentence_by_sentence(marian):
    model = translation.Translator(marian, "de")
    texts = ["the cat sleeps.", "who jumps?", "the cat sleeps. who jumps?", " "]
    one, two, both, nothing = model.translate(texts)
    assert one and two and both == f"{one} {two}" and nothing == ""
    assert model.translate(texts[::-1]) == [nothing, both, two, one]


def test_a_folder_without_a_translation_model_is_named(tiny_model, tmp_path):
    with pytest.raises(AtlasError, match=f"{tmp_path}: no translation model can be loaded"):
        translation.Translator(tmp_path, "de")
    with pytest.raises(AtlasError, match="no translation model can be loaded"):
        translation.Translator(tiny_model, "de")
