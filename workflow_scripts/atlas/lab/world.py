"""What can happen in the lab's world: events as frames, drawn with selectional preferences.

Frames carry meaning only. Which language says them, and in what order, is decided in `atlas.lab.clauses`.
"""

import bisect
import itertools
import math
import random
import zlib
from dataclasses import dataclass

from atlas.lab.concepts import (
    ADJECTIVES,
    ANIMATES,
    NAMES,
    NUMERALS,
    OBJECTS,
    PLACES,
    RELATIONS,
    SYNONYM,
    VERBS,
)

_DIMENSIONS = 6
_STRENGTH = 2.0  # of the selectional preferences; 0 would be none
_SPLITS = ("test",) * 3 + ("tune",) + ("train",) * 6


@dataclass(frozen=True)
class Phrase:
    """A participant: concepts, or None for what is not said."""

    noun: str
    determiner: str | None = None
    adjective: str | None = None
    numeral: str | None = None
    possessor: str | None = None

    @property
    def named(self):
        """Whether it is a proper name."""
        return self.noun in NAMES


@dataclass(frozen=True)
class Frame:
    """One event: who does what to whom, where, when, or that it does not happen."""

    verb: str
    agent: Phrase
    patient: Phrase
    tense: str | None = None
    negated: bool = False
    relation: str | None = None
    place: str | None = None


def split_of(frame):
    """The one split that an event belongs to, in every table and in the pretraining text.

    An event is agent, verb up to synonymy, and patient. So no tested event occurs in any training data.
    """
    verb = min(frame.verb, SYNONYM[frame.verb])
    event = f"{frame.agent.noun} {verb} {frame.patient.noun}"
    return _SPLITS[zlib.crc32(event.encode()) % len(_SPLITS)]


class World:
    """Draws of events; `seed` fixes which concepts like to occur together."""

    def __init__(self, seed):
        rng = random.Random(f"world {seed}")
        self._vectors = {}
        groups = (NAMES, NUMERALS, ANIMATES, OBJECTS, PLACES, VERBS, ADJECTIVES, RELATIONS)
        for concept in itertools.chain(*groups):
            self._vectors[concept] = [rng.gauss(0, 1) for _ in range(_DIMENSIONS)]
        # Synonyms keep nearly the same company, antonyms mostly.
        for spread, concepts in ((0.15, VERBS), (0.6, ADJECTIVES)):
            for first, second in zip(concepts[::2], concepts[1::2], strict=True):
                self._vectors[second] = [x + spread * rng.gauss(0, 1) for x in self._vectors[first]]
        self._cumulative = {}

    def pick(self, rng, group, *company):
        """Draw a concept of `group`, log-linear in its affinity to the concepts in `company`."""
        key = (group, company)
        if key not in self._cumulative:
            self._cumulative[key] = self._distribution(group, company)
        return group[bisect.bisect_right(self._cumulative[key], rng.random())]

    def frame(self, rng, *, names=True, quantifiers=True, adjective=0.35, place=0.4, negated=0.2):
        """Draw one event; the numbers are the probabilities of what they name."""
        verb = self.pick(rng, VERBS)
        frame = {
            "verb": verb,
            "agent": self._agent(rng, verb, names, quantifiers, 0.6 * adjective),
            "patient": self._patient(rng, verb, names, quantifiers, adjective),
            "tense": rng.choice(("PAST", "CONT")) if rng.random() < 0.4 else None,
            "negated": rng.random() < negated,
        }
        if rng.random() < place:
            frame |= self.location(rng, verb, frame["patient"].noun)
        return Frame(**frame)

    def location(self, rng, verb, noun):
        """Draw a relation and a place, as keywords of a frame."""
        return {"relation": self.pick(rng, RELATIONS, verb), "place": self.pick(rng, PLACES, noun)}

    def _agent(self, rng, verb, names, quantifiers, adjective):
        if names and rng.random() < 0.5:
            return Phrase(rng.choice(NAMES) if rng.random() < 0.2 else self.pick(rng, NAMES, verb))
        return self._phrase(rng, self.pick(rng, ANIMATES, verb), names, quantifiers, adjective)

    def _patient(self, rng, verb, names, quantifiers, adjective):
        group = OBJECTS if rng.random() < 0.7 else ANIMATES
        return self._phrase(rng, self.pick(rng, group, verb), names, quantifiers, adjective)

    def _phrase(self, rng, noun, names, quantifiers, adjective):
        determiners = ("DEF", "INDEF", "DEF", "INDEF", "EVERY", "SOME")[: 6 if quantifiers else 4]
        determiner = rng.choice(determiners) if rng.random() < 0.5 else None
        chosen = self.pick(rng, ADJECTIVES, noun) if rng.random() < adjective else None
        other = rng.random()  # a numeral or a possessor takes the determiner's place
        if other < 0.12:
            return Phrase(noun, None, chosen, numeral=self.pick(rng, NUMERALS, noun))
        if names and other < 0.22:
            return Phrase(noun, None, chosen, possessor=self.pick(rng, NAMES, noun))
        return Phrase(noun, determiner, chosen)

    def _distribution(self, group, company):
        scale = _STRENGTH / math.sqrt(_DIMENSIONS * max(1, len(company)))
        affinities = [
            scale * sum(_product(self._vectors[concept], self._vectors[one]) for one in company)
            for concept in group
        ]
        weights = [math.exp(affinity) for affinity in affinities]
        total = sum(weights)
        # A tenth is spread evenly, so that every combination can occur.
        shares = [0.9 * weight / total + 0.1 / len(group) for weight in weights]
        return list(itertools.accumulate(shares))[:-1]


def _product(first, second):
    return sum(x * y for x, y in zip(first, second, strict=True))
