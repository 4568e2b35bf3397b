"""The lab's data sets, as if they were published: parquet rows with text, one table per task.

==================  ===================================================  =============================
table               columns                                              labels
==================  ===================================================  =============================
nli                 premise, hypothesis, label                           entailment, neutral,
                                                                         contradiction
tags                tokens, tags, unseen (per token: not spelt as in     `atlas.lab.clauses.TAGS`
                    English)
span_questions      id, question, context, answers (text, answer_start)
parallel_sentences  id, sentence, english
entailment          premise, hypothesis, label                           follows, does_not_follow
short_questions     as span_questions
==================  ===================================================  =============================
"""

import random
from typing import NamedTuple

import pyarrow as pa

from atlas.errors import AtlasError, closest
from atlas.lab import meanings, settings
from atlas.lab.clauses import ask_whose, say, strip
from atlas.lab.languages import Lab

_TEXT = pa.string()
_ANSWERS = pa.struct({"text": pa.list_(_TEXT), "answer_start": pa.list_(pa.int32())})
_PAIR = pa.schema({"premise": _TEXT, "hypothesis": _TEXT, "label": _TEXT})
_TAGS = pa.schema({"tokens": pa.list_(_TEXT), "tags": pa.list_(_TEXT), "unseen": pa.list_(pa.bool_())})
_SPAN = pa.schema({"id": _TEXT, "question": _TEXT, "context": _TEXT, "answers": _ANSWERS})
_PARALLEL = pa.schema({"id": _TEXT, "sentence": _TEXT, "english": _TEXT})


def rows(table, language, split, changes):
    """Make the rows of one table in one language.

    Rows of one split mean the same in every language, row by row; a larger number of rows begins with the
    rows of a smaller one.

    Parameters
    ----------
    table : name of a table, see above
    language : ISO 639-3 code
    split : train, tune (both English only) or test
    changes : the study's section `lab`, or what `settings.for_rows` leaves of it

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    AtlasError
        If there is no such table, split, setting or language.
    """
    if table not in TABLES:
        raise AtlasError(f"lab: there is no table {table!r}. {closest(table, TABLES)}")
    complete = settings.complete(changes)
    sizes = complete["rows"][table]
    if split not in sizes:
        raise AtlasError(f"lab: table {table} has no split {split!r}. {closest(split, sizes)}")
    if split != "test" and language != settings.SOURCE:
        raise AtlasError(f"lab: {table} has its split {split} in English only, not in {language!r}.")
    lab, kind = Lab(complete), TABLES[table]
    spoken = lab.language(language)
    written = [
        kind.write(meaning, lab, spoken, _random(lab, table, split, number, language))
        for number, meaning in enumerate(_meanings(lab, table, split, sizes[split]))
    ]
    if "id" in kind.schema.names:
        written = [{"id": f"{split}-{number}", **row} for number, row in enumerate(written)]
    return pa.Table.from_pylist(written, schema=kind.schema)


def _meanings(lab, table, split, size):
    """The first `size` meanings of a split, all different."""
    kind, found = TABLES[table], {}
    for number in range(size):
        rng = _random(lab, table, split, number)
        label = kind.labels[number % len(kind.labels)]
        while (meaning := kind.draw(lab.world, rng, split, label)) in found:
            pass
        found[meaning] = number
    return list(found)


def _random(lab, *parts):
    return random.Random(" ".join(map(str, (lab.settings["world_seed"], *parts))))


def _pair(meaning, _lab, language, rng):
    return {
        "premise": _sentence(meaning.premise, language, rng),
        "hypothesis": _sentence(meaning.hypothesis, language, rng),
        "label": meaning.label,
    }


def _tagged(meaning, _lab, language, rng):
    frame, asked = meaning
    tokens = say(frame, language.grammar, rng, asked=asked)
    return {
        "tokens": language.spell(tokens),
        "tags": [token.tag for token in tokens],
        "unseen": [not language.shares(token) for token in tokens],
    }


def _span(meaning, _lab, language, rng):
    context = say(meaning.frame, language.grammar, rng)
    words = language.spell(context)
    answer = [place for place, token in enumerate(context) if _answers(token, meaning)]
    first, last = answer[0], answer[-1]
    start = sum(len(word) + 1 for word in words[:first])
    return {
        "question": " ".join(language.spell(_question(meaning, language, rng))),
        "context": " ".join(words),
        "answers": {"text": [" ".join(words[first : last + 1])], "answer_start": [start]},
    }


def _parallel(meaning, lab, language, rng):
    english = lab.language(settings.SOURCE)
    return {
        "sentence": _sentence(meaning, language, rng),
        "english": _sentence(meaning, english, rng),
    }


def _sentence(frame, language, rng):
    return " ".join(language.spell(say(frame, language.grammar, rng)))


def _answers(token, meaning):
    """Whether a word of the context belongs to the answer: the phrase without adposition and case."""
    if meaning.asked == "possessor":
        return token.concept == meaning.frame.patient.possessor and token.role == "patient"
    return token.role == meaning.asked and token.tag != "ADP" and token.concept != "ACC"


def _question(meaning, language, rng):
    if meaning.asked == "possessor":
        return ask_whose(meaning.frame.patient.noun)
    tokens = say(strip(meaning.frame), language.grammar, rng, asked=meaning.asked)
    if not meaning.short:
        return tokens
    return [
        token
        for token in tokens
        if token.tag in ("VERB", "PRON", "PUNCT") or (token.concept == "ACC" and token.role == meaning.asked)
    ]


class _Table(NamedTuple):
    draw: callable
    labels: tuple
    write: callable
    schema: pa.Schema


_ROLES = ("agent", "patient")
_ALL_ROLES = ("place", "agent", "possessor", "patient")
TABLES = {
    "nli": _Table(meanings.inference, meanings.ENTAILMENT_LABELS, _pair, _PAIR),
    "tags": _Table(meanings.tagged, (None,), _tagged, _TAGS),
    "span_questions": _Table(meanings.question, _ROLES, _span, _SPAN),
    "parallel_sentences": _Table(meanings.parallel, (None,), _parallel, _PARALLEL),
    "entailment": _Table(meanings.following, meanings.FOLLOWS_LABELS, _pair, _PAIR),
    "short_questions": _Table(meanings.short_question, _ALL_ROLES, _span, _SPAN),
}
