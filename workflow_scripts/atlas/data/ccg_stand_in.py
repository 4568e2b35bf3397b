"""A made-up corpus of supertagged sentences, to try the CCG task without a licence for CCGbank.

    PYTHONPATH=workflow_scripts python -m atlas.data.ccg_stand_in data/ccgbank

Sentences and categories come from the small grammar below and from nowhere else. Nothing follows from scores
on it.
"""

import random
import sys
from pathlib import Path

_LEXICON = {
    "NP[nb]/N": ["the", "a", "every", "this"],
    "N/N": ["old", "small", "green", "quiet"],
    "N": ["house", "dog", "river", "song", "teacher", "stone"],
    "(S[dcl]\\NP)/NP": ["sees", "finds", "carries", "hears"],
    "S[dcl]\\NP": ["sleeps", "sings", "waits"],
    "(NP\\NP)/NP": ["near", "with", "behind"],
    "(S\\NP)\\(S\\NP)": ["slowly", "again", "today"],
    ".": ["."],
}
_SIZES = {"train": 400, "dev": 60}


def sentence(chance):
    """One sentence: list of (token, supertag)."""
    return [(chance.choice(_LEXICON[tag]), tag) for tag in [*_subject(chance), *_predicate(chance), "."]]


def _subject(chance):
    phrase = ["NP[nb]/N", *["N/N"] * chance.choice((0, 0, 1, 2)), "N"]
    return [*phrase, "(NP\\NP)/NP", "NP[nb]/N", "N"] if chance.random() < 0.3 else phrase


def _predicate(chance):
    verb = ["S[dcl]\\NP"] if chance.random() < 0.4 else ["(S[dcl]\\NP)/NP", *_subject(chance)]
    return [*verb, "(S\\NP)\\(S\\NP)"] if chance.random() < 0.3 else verb


def write(folder, seed=0):
    """Write train.tsv and dev.tsv (one token a line, a blank line after a sentence) and supertags.txt."""
    folder, chance = Path(folder), random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for split, size in _SIZES.items():
        sentences = ("".join(f"{token}\t{tag}\n" for token, tag in sentence(chance)) for _ in range(size))
        (folder / f"{split}.tsv").write_text("\n".join(sentences) + "\n", encoding="utf-8")
    (folder / "supertags.txt").write_text("".join(f"{tag}\n" for tag in _LEXICON), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1])
