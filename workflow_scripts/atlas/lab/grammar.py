"""Grammars from URIEL: fourteen parameters of word order and marking, each set by named syntax features.

A condition holds if all its features hold in URIEL (value above one half); ``-`` in front means that the
feature must not hold. If several values of a parameter are allowed, each sentence draws one of them.
"""

_VERB_ORDERS = tuple((order, order) for order in ("SVO", "SOV", "VSO", "VOS", "OVS", "OSV"))


def _order_of(word, where="NOUN"):
    return (("before", f"{word}_BEFORE_{where}"), ("after", f"{word}_AFTER_{where}"))


def _article(word):
    return (
        ("before", f"{word} ARTICLE_WORD_BEFORE_NOUN"),
        ("after", f"{word} ARTICLE_WORD_AFTER_NOUN"),
        ("before", f"{word} -ARTICLE_WORD_BEFORE_NOUN -ARTICLE_WORD_AFTER_NOUN"),
    )


# parameter -> ((value, condition), ...), value if no condition holds
PARAMETERS = {
    "clause": (_VERB_ORDERS, "SVO"),
    "adposition": (_order_of("ADPOSITION"), "before"),
    "possessor": (_order_of("POSSESSOR"), "before"),
    "adjective": (_order_of("ADJECTIVE"), "before"),
    "numeral": (_order_of("NUMERAL"), "before"),
    "quantifier": (_order_of("DEMONSTRATIVE_WORD"), "before"),
    "definite": ((*_article("DEFINITE_WORD"), ("after", "DEFINITE_AFFIX -DEFINITE_WORD")), "none"),
    "indefinite": (_article("INDEFINITE_WORD"), "none"),
    "negation": (
        (
            ("before", "NEGATIVE_WORD_BEFORE_VERB"),
            ("before", "NEGATIVE_PREFIX"),
            ("after", "NEGATIVE_WORD_AFTER_VERB"),
            ("after", "NEGATIVE_SUFFIX"),
            ("end", "NEGATIVE_WORD_FINAL"),
        ),
        "before",
    ),
    "question": (
        (("before", "POLARQ_MARK_INITIAL"), ("after", "POLARQ_MARK_FINAL -POLARQ_MARK_INITIAL")),
        "none",
    ),
    "case": (
        (
            ("before", "CASE_MARK CASE_PREFIX -CASE_SUFFIX"),
            ("before", "CASE_MARK CASE_PROCLITIC -CASE_SUFFIX"),
            ("after", "CASE_MARK CASE_SUFFIX"),
            ("after", "CASE_MARK -CASE_PREFIX -CASE_PROCLITIC"),
        ),
        "none",
    ),
    "plural": (
        (
            ("after", "PLURAL_SUFFIX"),
            ("before", "PLURAL_PREFIX -PLURAL_SUFFIX"),
            ("before", "PLURAL_WORD -PLURAL_SUFFIX"),
        ),
        "none",
    ),
    "tense": ((("before", "TAM_PREFIX"), ("after", "TAM_SUFFIX")), "before"),
    "oblique": ((("before", "OBLIQUE_BEFORE_VERB -OBLIQUE_AFTER_VERB"),), "end"),
}


def from_features(features):
    """Allowed values of each parameter, in the order of the conditions, each once.

    Parameters
    ----------
    features : dict of URIEL syntax feature without ``S_`` -> value from 0 to 1

    Returns
    -------
    dict : parameter -> tuple of values
    """
    grammar = {}
    for parameter, (conditions, otherwise) in PARAMETERS.items():
        values = [value for value, condition in conditions if _holds(condition, features)]
        grammar[parameter] = tuple(dict.fromkeys(values)) or (otherwise,)
    return grammar


def settled(grammar):
    """The same grammar without variation: of each parameter the first value."""
    return {parameter: values[:1] for parameter, values in grammar.items()}


def distance(first, second):
    """Mean total variation distance (0 to 1) between the parameters' distributions."""
    return sum(_variation(first[name], second[name]) for name in PARAMETERS) / len(PARAMETERS)


def _holds(condition, features):
    return all((features[word.lstrip("-")] > 0.5) != word.startswith("-") for word in condition.split())


def _variation(first, second):
    return (
        sum(
            abs((value in first) / len(first) - (value in second) / len(second))
            for value in dict.fromkeys((*first, *second))
        )
        / 2
    )
