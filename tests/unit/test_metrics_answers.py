"""Answers in words, against values worked by hand and against the reference scorers' behaviour."""

import pytest

from atlas import metrics
from atlas.errors import AtlasError
from atlas.metrics import answers


def _rows(*pairs):
    return [{"prediction": prediction, "gold": gold} for prediction, gold in pairs]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Cat", "cat"),
        ("a cat, an ant; the end.", "cat ant end"),
        ("  two\n spaces ", "two spaces"),
        ("U.S.A.", "usa"),
        ("theatre another", "theatre another"),
        ("der die das", "der die das"),
        ("«Москва»", "«москва»"),  # only ASCII punctuation goes, as in SQuAD v1.1's script
        ("柏林。", "柏林。"),
        ("The", ""),
        ("", ""),
    ],
)
def test_squads_normalisation(text, normal):
    assert " ".join(answers.squad_words(text)) == normal


@pytest.mark.parametrize(
    ("prediction", "gold", "f1", "f1_of_version_2"),
    [
        ("the cat sat", "cat sat", 1.0, 1.0),
        ("cat sat down", "cat sat", 0.8, 0.8),  # precision 2/3, recall 1
        ("cat cat", "cat", 2 / 3, 2 / 3),  # a word counts as often as it stands in both
        ("dog", "cat", 0.0, 0.0),
        ("", "cat", 0.0, 0.0),
        ("the", "cat", 0.0, 0.0),
        ("", "", 0.0, 1.0),  # version 1.1 finds no common word, version 2.0 two empty answers
        ("the", "a", 0.0, 1.0),  # both are empty once normalised
        ("柏林", "柏林市", 0.0, 0.0),  # without blanks, one word: all or nothing
        ("柏林", "柏林", 1.0, 1.0),
    ],
)
def test_f1_over_words_by_hand(prediction, gold, f1, f1_of_version_2):
    rows = _rows((prediction, [gold]))
    assert metrics.points("f1", rows, "eng") == pytest.approx(100 * f1)
    assert metrics.points("squad2_f1", rows, "eng") == pytest.approx(100 * f1_of_version_2)


def test_the_best_gold_counts_and_questions_are_averaged():
    rows = _rows(("the cat", ["dog", "cat"]), ("sat down", ["sat"]), ("", ["x"]))
    assert metrics.points("exact_match", rows, "eng") == pytest.approx(100 / 3)
    assert metrics.points("f1", rows, "eng") == pytest.approx((100 + 100 * 2 / 3 + 0) / 3)


def test_a_question_without_answer_wants_an_empty_one():
    rows = _rows(("", [""]), ("something", [""]), ("", ["a", "cat"]), ("cat", ["", "cat"]))
    # The last two have golds that version 2.0's scorer drops: "a" and "" say nothing.
    assert [metrics.points("squad2_f1", [row], "eng") for row in rows] == [100, 0, 0, 100]
    assert [metrics.points("squad2_exact_match", [row], "eng") for row in rows] == [100, 0, 0, 100]


@pytest.mark.parametrize(
    ("language", "text", "normal"),
    [
        ("eng", "The “Cat”, an end", "cat end"),  # punctuation of any script
        ("spa", "¿Los gatos de una casa?", "gatos de casa"),
        ("deu", "Die Katze des Hauses", "katze hauses"),
        ("vie", "những con mèo của tôi", "con mèo tôi"),
        ("hin", "एक बिल्ली।", "एक बिल्ली"),  # no articles, and the danda is punctuation
        ("arb", "الكتاب", "كتاب"),
        ("arb", "والكتاب سال", "و كتاب س"),  # wherever the two letters stand, also at the end of a word
        ("cmn", "柏林是Berlin City。", "柏 林 是 berlin city"),
        ("cmn", "the 3月", "the 3 月"),  # English articles stay
        ("eng", "柏林", "柏林"),  # characters are words in Chinese alone
    ],
)
def test_mlqas_normalisation(language, text, normal):
    assert " ".join(answers.mlqa_words(text, language)) == normal


def test_mlqa_counts_chinese_characters():
    rows = _rows(("柏林", ["柏林市"]))
    assert metrics.points("mlqa_f1", rows, "cmn") == pytest.approx(80)  # precision 1, recall 2/3
    assert metrics.points("mlqa_exact_match", rows, "cmn") == 0
    assert metrics.points("mlqa_exact_match", _rows(("《柏林》", ["柏林"])), "cmn") == 100
    assert metrics.points("mlqa_f1", _rows(("", [""])), "eng") == 0  # as version 1.1
    assert metrics.points("mlqa_exact_match", _rows(("der", ["die"])), "deu") == 100


@pytest.mark.parametrize("name", ["mlqa_f1", "mlqa_exact_match"])
def test_mlqas_scorer_knows_seven_languages(name):
    with pytest.raises(AtlasError, match="not for 'tha'. Use sound_f1"):
        metrics.points(name, _rows(("x", ["x"])), "tha")


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("cmn", "柏林是Berlin City。", ["柏", "林", "是", "berlin", "city"]),
        ("jpn", "東京タワー2号", ["東", "京", "タ", "ワ", "ー", "2", "号"]),
        ("tha", "ที่นี่", ["ที่", "นี่"]),  # a letter keeps its vowel sign and its tone mark
        ("kor", "서울 시", ["서울", "시"]),  # Korean writes blanks
        ("hin", "दिल्ली।", ["दिल्ली"]),
        ("rus", "«Москва»", ["москва"]),
        ("arb", "الكتاب سال", ["كتاب", "سال"]),  # the article at the start of a word alone
        ("ell", "η Αθήνα", ["αθήνα"]),
        ("fra", "l'eau de la mer", ["leau", "de", "mer"]),  # punctuation goes first, as in SQuAD's scorer
        ("tur", "１９２３", ["1923"]),  # full-width digits
        ("eng", "柏林 city", ["柏", "林", "city"]),  # by script, whatever the language
        ("fin", "the talo", ["the", "talo"]),
    ],
)
def test_sound_words(language, text, words):
    assert answers.sound_words(text, language) == words


def test_the_sound_face_shows_what_the_compatible_one_hides():
    rows = _rows(("柏林。", ["柏林"]), ("«Москва»", ["Москва"]))
    assert metrics.points("f1", rows, "cmn") == 0
    assert metrics.points("sound_f1", rows, "cmn") == 100
    assert metrics.points("sound_exact_match", rows, "cmn") == 100
    assert metrics.points("sound_f1", _rows(("กรุงเทพ", ["กรุงเทพฯ"])), "tha") > 80
    assert metrics.points("f1", _rows(("กรุงเทพ", ["กรุงเทพฯ"])), "tha") == 0
    assert metrics.points("sound_f1", _rows(("", [""])), "eng") == 100
