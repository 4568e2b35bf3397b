"""Metrics over answers in words. Each returns (best value over the gold answers, 1) of one row.

Four ways to read an answer: SQuAD v1.1's, which XTREME uses for XQuAD and TyDiQA in all languages; SQuAD
v2.0's, which knows questions without answer; MLQA's, by language; and a sound one for every language.
"""

import collections
import re
import string
import unicodedata

from atlas.errors import AtlasError

_WITHOUT_ASCII_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, ""))
# What MLQA's scorer takes for articles, in Vietnamese other words too; Hindi and Chinese have none.
_MLQA_ARTICLES = {
    "eng": r"\b(a|an|the)\b",
    "spa": r"\b(un|una|unos|unas|el|la|los|las)\b",
    "vie": r"\b(của|là|cái|chiếc|những)\b",
    "deu": r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    # The scorer's pattern is meant for the start of a word, but its first branch ends in ^ and can never
    # match, so that these two letters go wherever they stand.
    "arb": "ال",
    "hin": None,
    "cmn": None,
}
_SOUND_ARTICLES = {
    **{code: _MLQA_ARTICLES[code] for code in ("eng", "spa", "deu")},
    "arb": r"\bال(?=\w)",
    "ell": r"\b(ο|η|το|οι|τα|του|της|των|τον|την|τους|τις|στο|στη|στην|στον|ένας|μια|μία|ένα|ενός|μιας)\b",
    "fra": r"\b(le|la|les|l|un|une|des)\b",
    "ita": r"\b(il|lo|la|i|gli|le|l|un|uno|una)\b",
    "nld": r"\b(de|het|een)\b",
    "por": r"\b(o|a|os|as|um|uma|uns|umas)\b",
    "ron": r"\b(un|o|unui|unei|niște)\b",
}
# Scripts written without blanks between words: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af]"
)


def squad_exact_match(row, language):
    """SQuAD v1.1's exact match: equal to any gold answer after its normalisation."""
    return _best(row, squad_words, _equal)


def squad_f1(row, language):
    """SQuAD v1.1's F1 over words; two answers that are empty once normalised share nothing."""
    return _best(row, squad_words, overlap)


def squad2_exact_match(row, language):
    """SQuAD v2.0's exact match: a question without answer wants the empty text."""
    return _best(_answerable(row), squad_words, _equal)


def squad2_f1(row, language):
    """SQuAD v2.0's F1 over words: two empty answers agree."""
    return _best(_answerable(row), squad_words, overlap_or_both_empty)


def mlqa_exact_match(row, language):
    """MLQA's exact match, by language."""
    return _best(row, lambda text: mlqa_words(text, language), _equal)


def mlqa_f1(row, language):
    """MLQA's F1 over words, for Chinese over characters."""
    return _best(row, lambda text: mlqa_words(text, language), overlap)


def sound_exact_match(row, language):
    """Exact match that treats every language alike; see `sound_words`."""
    return _best(row, lambda text: sound_words(text, language), _equal)


def sound_f1(row, language):
    """F1 over words, over characters in scripts without blanks; see `sound_words`."""
    return _best(row, lambda text: sound_words(text, language), overlap_or_both_empty)


def squad_words(text):
    """Words by SQuAD's scorers: lower case, no ASCII punctuation, no English articles."""
    return re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(_WITHOUT_ASCII_PUNCTUATION)).split()


def mlqa_words(text, language):
    """Words by MLQA's scorer: lower case, no punctuation of any script, no articles of the language.

    Chinese characters (U+4E00 to U+9FA5) are words of their own in Chinese text, and only there.

    Raises
    ------
    AtlasError
        For a language that MLQA does not have; the scorer refuses it as well.
    """
    if language not in _MLQA_ARTICLES:
        raise AtlasError(
            f"the metrics mlqa_f1 and mlqa_exact_match are defined for {', '.join(_MLQA_ARTICLES)}, not for"
            f" {language!r}. Use sound_f1 and sound_exact_match."
        )
    text = _without_punctuation(text.lower())
    if pattern := _MLQA_ARTICLES[language]:
        text = re.sub(pattern, " ", text)
    if language == "cmn":
        text = re.sub("([\u4e00-\u9fa5])", r" \1 ", text)
    return text.split()


def sound_words(text, language):
    """Words by rules that fit each language.

    Compatible forms are one (NFKC: full-width digits), lower case, no punctuation of any script, no
    free-standing articles of the language and no Arabic article at the start of a word. In scripts that
    write no blanks between words each character, with its combining marks, is a word, in whatever language.
    """
    text = _without_punctuation(unicodedata.normalize("NFKC", text).lower())
    if pattern := _SOUND_ARTICLES.get(language):
        text = re.sub(pattern, " ", text)
    words = []
    for word in text.split():
        words += _characters(word) if _UNSPACED.search(word) else [word]
    return words


def _without_punctuation(text):
    """Text without Unicode's punctuation and without ASCII's symbols, as MLQA's scorer strips it."""
    kept = (c for c in text if not unicodedata.category(c).startswith("P") and c not in string.punctuation)
    return "".join(kept)


def _characters(word):
    """Split at unspaced characters: each alone with its marks, anything between them together."""
    parts, open_run = [], False
    for character in word:
        if parts and unicodedata.category(character).startswith("M"):
            parts[-1] += character
        elif _UNSPACED.match(character):
            parts.append(character)
            open_run = False
        elif open_run:
            parts[-1] += character
        else:
            parts.append(character)
            open_run = True
    return parts


def overlap(predicted, wanted):
    """F1 between two lists of words; a word counts as often as it stands in both."""
    common = sum((collections.Counter(predicted) & collections.Counter(wanted)).values())
    return 2 * common / (len(predicted) + len(wanted)) if common else 0.0


def overlap_or_both_empty(predicted, wanted):
    """F1 between two lists of words, 1 if both are empty."""
    return overlap(predicted, wanted) if predicted or wanted else 1.0


def _equal(predicted, wanted):
    return float(predicted == wanted)


def _best(row, words, compare):
    predicted = words(row["prediction"])
    return max(compare(predicted, words(gold)) for gold in row["gold"]), 1


def _answerable(row):
    """The row with the golds that SQuAD v2.0's scorer counts: those that say anything, else the empty one."""
    return {**row, "gold": [gold for gold in row["gold"] if squad_words(gold)] or [""]}
