"""The lab's languages: each one a grammar and a lexicon, planted as the settings ask."""

import functools
import random
from dataclasses import dataclass

import numpy as np

from atlas.errors import AtlasError, closest
from atlas.lab import grammar, lexicon, typology
from atlas.lab.settings import SOURCE
from atlas.lab.world import World

_FARTHEST = 0.5  # syntactic cosine distances from English end about here
_TRIES = 5000  # permutations among which the best balanced one is chosen


@dataclass(frozen=True)
class Language:
    """A language: `words` maps concept -> word, `grammar` parameter -> allowed values."""

    code: str
    grammar: dict
    words: dict

    def spell(self, tokens):
        """Words of a clause, in its order."""
        return [self.words[token.concept] for token in tokens]

    def shares(self, token):
        """Whether a token is spelt as in English (or everywhere), so that its form gives it away."""
        english = lexicon.english_word(token.concept)
        return english is not None and self.words[token.concept] == english


class Lab:
    """The world and the languages that complete settings (`atlas.lab.settings.complete`) describe."""

    def __init__(self, settings):
        for code in settings.get("languages", []):
            typology.syntax_vector(code)  # before any work: URIEL has to know them all
        self.settings = settings
        self.world = World(settings["world_seed"])
        self._languages = {}

    def language(self, code):
        """Return one language; English is the one that all others are measured by.

        Raises
        ------
        AtlasError
            If the study does not have the language.
        """
        if code not in self._languages:
            self._languages[code] = self._make(code)
        return self._languages[code]

    def _make(self, code):
        seed = self.settings["world_seed"]
        if code == SOURCE:
            return Language(code, _english_grammar(), lexicon.forms(code, 1.0, seed))
        codes = self.settings.get("languages", [code])
        if code not in codes:
            raise AtlasError(f"lab: {code!r} is not among lab.languages. {closest(code, codes)}")
        rules = _english_grammar()
        if self.settings["grammar"] != "english":
            rules = _grammar(_donor(code, self.settings, "grammar"))
        share = planted_share(code, self.settings)
        return Language(code, rules, lexicon.forms(code, share, seed))


def planted_share(code, settings):
    """Share (0 to 1) of concepts for which a language is given the English word."""
    if settings["lexicon"] == "constant":
        return settings["p_constant"]
    distances = typology.distances(_donor(code, settings, "lexicon"), SOURCE)
    if settings["lexicon"] == "syntactic":
        distance = min(1.0, distances["syntactic"] / _FARTHEST)
    else:
        distance = distances["genetic"]
    low, high = settings["p_min"], settings["p_max"]
    return low + (high - low) * max(0.0, 1 - distance) ** settings["gamma"]


@functools.cache
def balanced_permutation(codes, seed):
    """Give each language another one's typology, so that it says nothing about the language's distances.

    Of many permutations without fixed point, the one whose largest absolute rank correlation is smallest:
    between a language's own distances from English (syntactic, genetic, geographic) and what it receives,
    the donor's distances and the distance of the donor's planted grammar.

    Parameters
    ----------
    codes : tuple of codes

    Returns
    -------
    dict : code -> code of the donor
    """
    own = [list(typology.distances(code, SOURCE).values()) for code in codes]
    planted = [grammar.distance(_english_grammar(), _grammar(code)) for code in codes]
    received = [[*distances, order] for distances, order in zip(own, planted, strict=True)]
    own, received = (np.apply_along_axis(_standard_ranks, 1, np.array(x).T) for x in (own, received))
    rng = random.Random(f"permutation {seed}")
    best, least = None, np.inf
    for _ in range(_TRIES):
        order = rng.sample(range(len(codes)), len(codes))
        if any(place == received for place, received in enumerate(order)):
            continue
        largest = np.abs(received[:, order] @ own.T).max()
        if largest < least:
            best, least = order, largest
    return {code: codes[donor] for code, donor in zip(codes, best, strict=True)}


def _donor(code, settings, channel):
    if settings[channel] != "permuted":
        return code
    return balanced_permutation(tuple(settings["languages"]), f"{settings['world_seed']} {channel}")[code]


def _grammar(code):
    return grammar.from_features(typology.syntax_vector(code))


def _english_grammar():
    # One order for everything: training text without variation keeps the labels of the tasks learnable.
    return grammar.settled(_grammar(SOURCE))


def _standard_ranks(values):
    """Ranks (ties share their mean) with mean 0 and length 1, so that products are rank correlations."""
    values = values.round(9)  # what is equal up to the order of a sum ties
    ranks = np.array([(values < value).sum() + ((values == value).sum() - 1) / 2 for value in values])
    ranks -= ranks.mean()
    return ranks / (np.linalg.norm(ranks) or 1.0)
