"""Say a frame in a grammar: the order of concepts and marks. Words come later, from the lexicon."""

from dataclasses import replace
from typing import NamedTuple

from atlas.lab.world import Phrase

TAGS = ("NOUN", "VERB", "ADJ", "DET", "ADP", "NUM", "PROPN", "PART", "PRON", "PUNCT")
_ASKED = {"agent": "WHO", "patient": "WHAT", "place": "WHERE"}


class Token(NamedTuple):
    """One word to be: its concept, its part of speech, and the part of the clause that it belongs to."""

    concept: str
    tag: str
    role: str


def say(frame, grammar, rng, *, asked=None, polar=False):
    """Order a frame's concepts as a statement or a question.

    Parameters
    ----------
    grammar : dict of parameter -> allowed values, from `atlas.lab.grammar`
    rng : draws one value where the grammar allows several
    asked : agent, patient or place to ask for; its phrase becomes the question word
    polar : ask whether it is so

    Returns
    -------
    list of Token
    """
    chosen = {parameter: rng.choice(values) for parameter, values in grammar.items()}
    agent = _participant(frame.agent, "agent", chosen, asked)
    patient = _participant(frame.patient, "patient", chosen, asked)
    oblique = _oblique(frame, chosen, asked)
    verb, ending = _verb(frame, chosen)
    if chosen["oblique"] == "before":
        verb = oblique + verb
    else:
        ending = oblique + ending
    parts = {"S": agent, "V": verb, "O": patient}
    clause = [token for part in chosen["clause"] for token in parts[part]] + ending
    if polar:
        clause = _place(clause, Token("ASK", "PART", "clause"), chosen["question"])
    return [*clause, Token("?" if asked or polar else ".", "PUNCT", "clause")]


def ask_whose(noun):
    """Ask for the possessor of a noun: ``whose ring ?``."""
    return [
        Token("WHOSE", "PRON", "clause"),
        Token(noun, "NOUN", "patient"),
        Token("?", "PUNCT", "clause"),
    ]


def strip(frame):
    """The same event without place and without anything about the participants but their nouns."""
    bare = {role: Phrase(getattr(frame, role).noun) for role in ("agent", "patient")}
    return replace(frame, relation=None, place=None, **bare)


def _place(phrase, item, position):
    """Put an item (one token or several) before or after a phrase, or leave it out."""
    item = [item] if isinstance(item, Token) else item
    return {"before": item + phrase, "after": phrase + item, "none": phrase}[position]


def _participant(phrase, role, chosen, asked):
    question_word = [Token(_ASKED[role], "PRON", role)]
    tokens = question_word if asked == role else _noun_phrase(phrase, role, chosen)
    if role == "patient":
        tokens = _place(tokens, Token("ACC", "PART", role), chosen["case"])
    return tokens


def _noun_phrase(phrase, role, chosen):
    """Build a noun phrase from the noun outwards: plural, adjective, numeral, possessor, determiner."""
    tokens = [Token(phrase.noun, "PROPN" if phrase.named else "NOUN", role)]
    if phrase.numeral:
        tokens = _place(tokens, Token("PL", "PART", role), chosen["plural"])
    if phrase.adjective:
        tokens = _place(tokens, Token(phrase.adjective, "ADJ", role), chosen["adjective"])
    if phrase.numeral:
        tokens = _place(tokens, Token(phrase.numeral, "NUM", role), chosen["numeral"])
    if phrase.possessor:
        owner = [Token(phrase.possessor, "PROPN", role)]
        # The mark stands between owner and owned: Anna 's ring, ring 's Anna.
        between = "after" if chosen["possessor"] == "before" else "before"
        owner = _place(owner, Token("GEN", "PART", role), between)
        tokens = _place(tokens, owner, chosen["possessor"])
    if phrase.determiner:
        kind = {"DEF": "definite", "INDEF": "indefinite"}.get(phrase.determiner, "quantifier")
        tokens = _place(tokens, Token(phrase.determiner, "DET", role), chosen[kind])
    return tokens


def _verb(frame, chosen):
    """Verb with its marks, and what they leave for the clause's end."""
    tokens = [Token(frame.verb, "VERB", "verb")]
    if frame.tense:
        tokens = _place(tokens, Token(frame.tense, "PART", "verb"), chosen["tense"])
    if not frame.negated:
        return tokens, []
    negation = Token("NEG", "PART", "verb")
    if chosen["negation"] == "end":
        return tokens, [negation]
    return _place(tokens, negation, chosen["negation"]), []


def _oblique(frame, chosen, asked):
    if asked == "place":
        return [Token(_ASKED["place"], "PRON", "place")]
    if frame.place is None:
        return []
    tokens = _place([Token(frame.place, "NOUN", "place")], Token("DEF", "DET", "place"), chosen["definite"])
    return _place(tokens, Token(frame.relation, "ADP", "place"), chosen["adposition"])
