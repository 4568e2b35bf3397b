"""Words of the lab's languages: English ones, shared ones, and own ones that no other language has."""

import random

from atlas.lab.concepts import ANCHORS, CLASSES, HOMONYM, english_word

_CONSONANTS = "bdfghjklmnprstvwz"
_VOWELS = "aeiou"
_ENDINGS = "dfghklmnprst"
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
_SPACE = len(_SYLLABLES) ** 3 * len(_ENDINGS)  # 7.4 million words; 26 ** 3 codes x 128 concepts need 2.2
# Coprime with _SPACE, so that counting by it visits every word once; large, so that neighbours differ.
_STRIDE = 4_553_657
_CONCEPTS = tuple(concept for group in CLASSES for concept in group if concept not in HOMONYM)


def forms(code, share, world_seed):
    """Word of every concept in one language.

    Own words depend on the language's code alone, so the words of a language never change because another
    one joins the study, and no two languages have an own word in common.

    Parameters
    ----------
    code : three-letter code
    share : share of the concepts (0 to 1) that have the English word; sets of shared concepts are nested:
        what a language shares, every language with a larger share does too

    Returns
    -------
    dict : concept -> word
    """
    thresholds = _thresholds(world_seed)
    words = {concept: english_word(concept) for concept in ANCHORS}
    for slot, concept in enumerate(_CONCEPTS):
        shared = english_word(concept) is not None and thresholds[concept] < share
        words[concept] = english_word(concept) if shared else _own_word(code, slot, world_seed)
    return words | {verb: words[noun] for verb, noun in HOMONYM.items()}


def shared_share(words):
    """Share of the concepts with an English word (homonyms counted once) that have just this word."""
    english = [concept for concept in _CONCEPTS if english_word(concept) is not None]
    return sum(words[concept] == english_word(concept) for concept in english) / len(english)


def _thresholds(world_seed):
    """Share from which on a concept is shared: evenly spaced in each class, in a drawn order."""
    rng = random.Random(f"lexicon {world_seed}")
    thresholds = {}
    for group in CLASSES:
        group = [concept for concept in group if concept in _CONCEPTS and english_word(concept)]
        rng.shuffle(group)
        offset = rng.random()
        thresholds |= {concept: (rank + offset) / len(group) for rank, concept in enumerate(group)}
    return thresholds


def _own_word(code, slot, world_seed):
    number = 0
    for letter in code:
        number = number * 26 + ord(letter) - ord("a")
    number = ((number * 128 + slot) * _STRIDE + world_seed * 7919) % _SPACE
    number, ending = divmod(number, len(_ENDINGS))
    word = _ENDINGS[ending]
    for _ in range(3):
        number, syllable = divmod(number, len(_SYLLABLES))
        word = _SYLLABLES[syllable] + word
    return word
