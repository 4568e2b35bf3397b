"""Monolingual text for pretraining: documents of one sentence, or of two about the same participants."""

import random
from dataclasses import replace

from atlas.lab.clauses import say
from atlas.lab.concepts import KIND_OF, SYNONYM
from atlas.lab.languages import Lab
from atlas.lab.settings import SOURCE, complete
from atlas.lab.world import split_of


def documents(changes):
    """All text that the lab's encoders are pretrained on; none tells of an event of a test or tune split.

    Parameters
    ----------
    changes : the study's section `lab`

    Returns
    -------
    list of (text, second text or None), the languages one after the other
    """
    lab = Lab(complete(changes))
    return [
        document
        for code in (SOURCE, *lab.settings["languages"])
        for document in _documents(lab, lab.language(code), _number(lab.settings, code))
    ]


def words(changes):
    """Every word of the study's languages, each once, English first."""
    lab = Lab(complete(changes))
    spoken = [lab.language(code) for code in (SOURCE, *lab.settings["languages"])]
    return list(dict.fromkeys(word for language in spoken for word in language.words.values() if word))


def _number(settings, code):
    return settings["english_documents" if code == SOURCE else "documents"]


def _documents(lab, language, number):
    rng = random.Random(f"{lab.settings['world_seed']} corpus {language.code}")
    return [_document(lab.world, language, rng) for _ in range(number)]


def _document(world, language, rng):
    frame = _event(world, rng)
    first = _text(frame, language, rng)
    if rng.random() >= 0.6:
        return first, None
    kind = rng.random()
    if kind < 0.25:
        roles = ["agent", "patient", *(["place"] if frame.place else [])]
        return first, _text(frame, language, rng, asked=rng.choice(roles))
    return first, _text(_related(world, frame, rng), language, rng, polar=kind < 0.35)


def _text(frame, language, rng, **form):
    return " ".join(language.spell(say(frame, language.grammar, rng, **form)))


def _event(world, rng):
    while split_of(frame := world.frame(rng)) != "train":
        pass
    return frame


def _related(world, frame, rng):
    """What a next sentence may say: the same with fewer or other words, or the next event."""
    kind = rng.random()
    if kind < 0.35:
        return _restated(frame, rng)
    role = "agent" if kind < 0.7 else "patient"
    while True:
        other = replace(world.frame(rng), **{role: getattr(frame, role)})
        if split_of(other) == "train":
            return other


def _restated(frame, rng):
    if rng.random() < 0.5:
        frame = replace(frame, relation=None, place=None)
    for role in ("agent", "patient"):
        phrase = getattr(frame, role)
        if rng.random() < 0.4:
            frame = replace(frame, **{role: replace(phrase, adjective=None)})
    if rng.random() < 0.3:
        frame = replace(frame, verb=SYNONYM[frame.verb])
    if not frame.negated and rng.random() < 0.35 and frame.patient.noun in KIND_OF:
        frame = replace(frame, patient=replace(frame.patient, noun=KIND_OF[frame.patient.noun]))
    return frame
