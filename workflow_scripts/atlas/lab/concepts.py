"""The concepts that lab sentences speak of, named by their class and English word, and how they relate."""


def _concepts(group, words):
    return tuple(f"{group}:{word}" for word in words.split())


_KINDS = {
    "person": "girl nurse farmer king",
    "animal": "dog horse cat sheep",
    "treasure": "watch ring crown brooch",
    "document": "book letter map stamp",
    "material": "paint salt bread soap",
}
KIND_OF = {f"noun:{word}": f"noun:{kind}" for kind, words in _KINDS.items() for word in words.split()}
ANIMATES = tuple(noun for noun, kind in KIND_OF.items() if kind in ("noun:person", "noun:animal"))
OBJECTS = tuple(noun for noun in KIND_OF if noun not in ANIMATES)
KINDS = _concepts("noun", " ".join(_KINDS))
PLACES = _concepts("noun", "park street bridge school church forest")
NAMES = _concepts("name", "Anna Omar Nina Ivan Aiko Luis Zara Emil Lena Amir Rosa Juri Mina Otto Tara Noel")
NUMERALS = _concepts("number", "2 3 4 5 6")
RELATIONS = _concepts("relation", "in near behind")
VERBS = _concepts("verb", "watch see book order ring call paint draw find discover lift raise")
ADJECTIVES = _concepts("adjective", "big small old new clean dirty bright dark")
FUNCTIONS = {
    "NEG": "not",
    "PAST": "ed",
    "CONT": "ing",
    "DEF": "the",
    "INDEF": "a",
    "EVERY": "every",
    "SOME": "some",
    "PL": "s",
    "GEN": "'s",
    "WHO": "who",
    "WHAT": "what",
    "WHERE": "where",
    "WHOSE": "whose",
    # English marks neither objects nor polar questions, so these two have no English word to share.
    "ACC": None,
    "ASK": None,
}
MARKS = (".", "?")


def _pairs(concepts):
    return {concept: concepts[position ^ 1] for position, concept in enumerate(concepts)}


SYNONYM = _pairs(VERBS)
ANTONYM = _pairs(ADJECTIVES)
# In every language these verbs look like a noun, as in English: only the context tells them apart.
HOMONYM = {f"verb:{word}": f"noun:{word}" for word in ("watch", "book", "ring", "paint")}
# Lexical classes; each shares its part of its words with English, whatever the language's share is.
CLASSES = (ANIMATES, OBJECTS, KINDS, PLACES, VERBS, ADJECTIVES, RELATIONS, tuple(FUNCTIONS))
# Spelt alike everywhere: what a pretrained encoder can hang the rest on.
ANCHORS = (*NAMES, *NUMERALS, *MARKS)


def english_word(concept):
    """English form of a concept; None where English has no such word."""
    return FUNCTIONS[concept] if concept in FUNCTIONS else concept.rpartition(":")[2]
