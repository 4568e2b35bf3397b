"""Linguistic distances between languages, each by a named provider and with its coverage.

A provider is a module with ``measure(entry, sources, languages)``: it takes an entry of
catalog/distances.yaml and codes as URIEL has them, and gives a `vectors.Measured`. All values lie in [0, 1];
what is unknown is null, never a guess. docs/distances.md compares the providers.
"""

from atlas.distances import lang2vec_vectors, uriel_published, urielplus
from atlas.errors import AtlasError, closest

PROVIDERS = {
    "lang2vec_vectors": lang2vec_vectors.measure,
    "lang2vec_observed": lang2vec_vectors.measure_observed,
    "uriel_published": uriel_published.measure,
    "urielplus": urielplus.measure,
}


def measure(source_languages, languages, entries, uriel_codes=None):
    """Measure every entry from each source language to each other language.

    Parameters
    ----------
    source_languages, languages : ISO 639-3 codes as in catalog/languages.yaml
    entries : entry name -> entry of catalog/distances.yaml
    uriel_codes : language -> the code under which URIEL knows it, where that is another one

    Returns
    -------
    list of dict : rows of `atlas.columns.DISTANCES`, without a row of a language to itself

    Raises
    ------
    AtlasError
        On an unknown provider, language or option, and if an optional package is absent.
    """
    sources, languages = sorted(source_languages), sorted(languages)
    uriel_codes = uriel_codes or {}
    rows = []
    for name, entry in entries.items():
        provider = entry["provider"]
        if provider not in PROVIDERS:
            raise AtlasError(
                f"distances.yaml: {name}.provider: {provider!r} is unknown. {closest(provider, PROVIDERS)}"
            )
        theirs = [[uriel_codes.get(code, code) for code in codes] for codes in (sources, languages)]
        measured = PROVIDERS[provider]({"name": name, **entry}, *theirs)
        rows += _rows(entry, measured, sources, languages)
    return rows


def _rows(entry, measured, sources, languages):
    return [
        {
            "source_language": source,
            "language": language,
            "distance": entry["distance"],
            "provider": entry["provider"],
            **measured.pair(i, j),
        }
        for i, source in enumerate(sources)
        for j, language in enumerate(languages)
        if source != language
    ]
