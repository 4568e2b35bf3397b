"""Show the lab: ``PYTHONPATH=workflow_scripts python -m atlas.lab examples|grammar|planted``."""

import random
import sys

from atlas.lab import clauses, grammar, languages, lexicon, settings, typology
from atlas.lab.world import Frame, Phrase

_SHOWN = ("eng", "deu", "spa", "jpn", "swh")
_EXAMPLES = (
    (
        Frame(
            "verb:see",
            Phrase("noun:girl", "INDEF"),
            Phrase("noun:ring", "DEF", "adjective:big"),
            tense="PAST",
            negated=True,
            relation="relation:near",
            place="noun:park",
        ),
        {},
    ),
    (
        Frame(
            "verb:paint",
            Phrase("noun:horse", adjective="adjective:old", possessor="name:Anna"),
            Phrase("noun:letter", numeral="number:3"),
        ),
        {"polar": True},
    ),
    (Frame("verb:find", Phrase("name:Omar"), Phrase("noun:dog"), tense="CONT"), {"asked": "agent"}),
)


def examples():
    """Three sentences in five languages, each word above what it stands for."""
    lab = languages.Lab(settings.complete({}))
    lines = []
    for frame, form in _EXAMPLES:
        for code in _SHOWN:
            language = lab.language(code)
            tokens = clauses.say(frame, language.grammar, random.Random(code), **form)
            glosses = [token.concept.rpartition(":")[2] for token in tokens]
            lines += _aligned([code, *language.spell(tokens)], ["", *glosses])
        lines.append("")
    return "\n".join(lines).rstrip()


def parameters():
    """Table of the grammar's parameters, their values and the URIEL features behind each."""
    lines = ["| parameter | value | URIEL syntax features | otherwise |", "|---|---|---|---|"]
    for parameter, (conditions, otherwise) in grammar.PARAMETERS.items():
        for number, (value, condition) in enumerate(conditions):
            first = (parameter, otherwise) if number == 0 else ("", "")
            features = " and ".join(
                f"not `{word[1:]}`" if word.startswith("-") else f"`{word}`" for word in condition.split()
            )
            lines.append(f"| {first[0]} | {value} | {features} | {first[1]} |")
    return "\n".join(lines)


def planted():
    """Table of what each language is given, nearest to English first."""
    lab = languages.Lab(settings.complete({}))
    english = lab.language(settings.SOURCE).grammar
    rows = []
    for code in lab.settings["languages"]:
        language, distances = lab.language(code), typology.distances(code)
        order = grammar.distance(english, language.grammar)
        share = lexicon.shared_share(language.words)
        rows.append((distances["syntactic"], code, distances["genetic"], order, share))
    lines = ["| language | syntactic | genetic | grammar | shared words |", "|---|---|---|---|---|"]
    for syntactic, code, genetic, order, share in sorted(rows):
        lines.append(f"| {code} | {syntactic:.2f} | {genetic:.2f} | {order:.2f} | {100 * share:.0f} % |")
    return "\n".join(lines)


def _aligned(*rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


SHOW = {"examples": examples, "grammar": parameters, "planted": planted}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in SHOW:
        raise SystemExit(f"usage: python -m atlas.lab {'|'.join(SHOW)}")
    print(SHOW[sys.argv[1]]())
