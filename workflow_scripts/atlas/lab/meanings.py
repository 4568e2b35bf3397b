"""What the lab's examples mean, before any language says them: frames, questions and labels.

Every function draws one example that belongs to `split`; a language never influences what is drawn.
"""

from dataclasses import replace
from typing import NamedTuple

from atlas.lab.concepts import ADJECTIVES, ANIMATES, ANTONYM, KIND_OF, NAMES, SYNONYM
from atlas.lab.world import Frame, Phrase, split_of

ENTAILMENT_LABELS = ("entailment", "neutral", "contradiction")
FOLLOWS_LABELS = ("follows", "does_not_follow")


class Pair(NamedTuple):
    """Two statements about one situation, and what the first says about the second."""

    premise: Frame
    hypothesis: Frame
    label: str


class Question(NamedTuple):
    """A statement, the role that is asked for, and whether the question keeps the other participants."""

    frame: Frame
    asked: str
    short: bool


def inference(world, rng, split, label):
    """Two statements with a three-way label.

    Entailed: the same with less said (place, adjectives), a more general patient, a synonymous verb.
    Neutral: a place or an adjective added. Contradictory: polarity turned, or an antonym.
    Where the event is denied, neither place nor patient changes, since less said would then say more.
    """
    draw = {"entailment": _entailed, "neutral": _added, "contradiction": _contradicted}[label]
    premise = _event(
        world, rng, split, quantifiers=False, place=0.5, negated=0.0 if label == "neutral" else 0.25
    )
    return Pair(*draw(world, rng, premise), label)


def following(world, rng, split, label):
    """The same skill with two labels, for the intermediate task."""
    options = ("entailment",) if label == "follows" else ("neutral", "contradiction")
    return inference(world, rng, split, rng.choice(options))._replace(label=label)


def tagged(world, rng, split, _label=None):
    """A statement, or a question for a participant, to be tagged: (frame, what is asked or None)."""
    return _event(world, rng, split), rng.choice(("agent", "patient")) if rng.random() < 0.25 else None


def question(world, rng, split, asked, short=False):
    """A question that one clause answers; its answer can be told by role and order alone."""
    while True:
        frame = world.frame(rng, place=0.5, negated=0.1)
        frame = _askable(world, rng, frame, asked)
        if split_of(frame) == split:
            return Question(frame, asked, short)


def short_question(world, rng, split, asked):
    """The same skill with shorter questions, for the intermediate task: ``who watch ed ?``."""
    return question(world, rng, split, asked, short=True)


def parallel(world, rng, split, _label=None):
    """A statement without names and numbers, which would give its translation away."""
    frame = _event(world, rng, split, names=False, adjective=0.7, place=0.6)
    return replace(frame, agent=_unnumbered(frame.agent), patient=_unnumbered(frame.patient))


def _event(world, rng, split, **chances):
    while True:
        frame = world.frame(rng, **chances)
        if split_of(frame) == split:
            return frame


def _entailed(_world, rng, premise):
    hypothesis = premise
    if not premise.negated:
        if rng.random() < 0.3:
            hypothesis = replace(hypothesis, relation=None, place=None)
        hypothesis = _generalised(rng, hypothesis)
    if rng.random() < 0.3:
        hypothesis = _without_adjectives(hypothesis)
    return premise, _reworded(rng, hypothesis)


def _added(world, rng, premise):
    if rng.random() < 0.5:
        premise = replace(premise, relation=None, place=None)
        hypothesis = replace(premise, **world.location(rng, premise.verb, premise.patient.noun))
    else:
        role = _describable(rng, premise)
        premise = _describe(premise, role, None)
        noun = getattr(premise, role).noun
        hypothesis = _describe(premise, role, world.pick(rng, ADJECTIVES, noun))
    return premise, _reworded(rng, _generalised(rng, hypothesis))


def _contradicted(world, rng, premise):
    if rng.random() < 0.5:
        role = _describable(rng, premise)
        phrase = getattr(premise, role)
        adjective = phrase.adjective or world.pick(rng, ADJECTIVES, phrase.noun)
        premise = _describe(premise, role, adjective)
        hypothesis = _describe(premise, role, ANTONYM[adjective])
    else:
        hypothesis = replace(premise, negated=not premise.negated)
    if not (premise.negated or hypothesis.negated):
        hypothesis = _generalised(rng, hypothesis)
    return premise, _reworded(rng, hypothesis)


def _generalised(rng, frame):
    kind = KIND_OF[frame.patient.noun]
    if rng.random() < 0.25:
        return replace(frame, patient=replace(frame.patient, noun=kind))
    return frame


def _reworded(rng, frame):
    return replace(frame, verb=SYNONYM[frame.verb]) if rng.random() < 0.3 else frame


def _without_adjectives(frame):
    return _describe(_describe(frame, "agent", None), "patient", None)


def _describable(rng, frame):
    return rng.choice([role for role in ("agent", "patient") if not getattr(frame, role).named])


def _describe(frame, role, adjective):
    return replace(frame, **{role: replace(getattr(frame, role), adjective=adjective)})


def _askable(world, rng, frame, asked):
    """Make the asked part present, and often the two participants alike, so that only order tells."""
    if asked == "possessor":
        owner = world.pick(rng, NAMES, frame.verb)
        plain = replace(frame.patient, possessor=owner, determiner=None, numeral=None)
        return replace(frame, patient=plain)
    if frame.agent.named and rng.random() < 0.4:
        frame = replace(frame, patient=Phrase(_another(rng, NAMES, frame.agent.noun)))
    elif not frame.agent.named and rng.random() < 0.3:
        noun = _another(rng, ANIMATES, frame.agent.noun)
        frame = replace(frame, patient=Phrase(noun, frame.patient.determiner))
    if asked == "place" and frame.place is None:
        frame = replace(frame, **world.location(rng, frame.verb, frame.patient.noun))
    return frame


def _another(rng, group, taken):
    return rng.choice([concept for concept in group if concept != taken])


def _unnumbered(phrase):
    if phrase.numeral is None:
        return phrase
    return replace(phrase, numeral=None, determiner="DEF")
