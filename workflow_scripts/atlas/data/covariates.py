"""What else than distance can make a language hard: script, pretraining text, how its words are split.

Fertility is subwords per word (Rust et al. 2021, arXiv 2012.15613), without special tokens, over a sample of
a target's test texts. Words are the data set's own where it has them, else what stands between spaces;
scripts that put no spaces between words then have no fertility.
"""

import itertools
import math

from atlas import artifacts, kinds, manifests
from atlas.engine import encoders
from atlas.files import sha256

# ISO 15924 codes of scripts that put no spaces between words.
UNSPACED = frozenset({"Hans", "Hant", "Hani", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"})
_SAMPLE = 500
_WORDS = "tokens"  # the column that holds words, by every kind that has it


def measure(spec, tests, models):
    """Measure the covariates of every language of every target, for every model.

    Parameters
    ----------
    spec : as `atlas.specs.measure_covariates` makes it
    tests : target -> manifest of its prepared test examples
    models : model -> manifest of its weights and tokenizer; a model without one has no fertility

    Returns
    -------
    list of dict : rows of `atlas.columns.COVARIATES`; null where a covariate is not known
    """
    texts = {target: _Texts(spec["targets"][target], path, spec["scripts"]) for target, path in tests.items()}
    fertilities = _fertilities(models, texts)
    rows = []
    for model, corpus in spec["models"].items():
        for target, entry in spec["targets"].items():
            for source, language in itertools.product(entry["source_languages"], entry["languages"]):
                about = {"model": model, "target": target, "source_language": source, "language": language}
                about["translated_from_source"] = entry["translated_from_source"]
                about.update(_script(language, source, spec["scripts"]))
                about.update(_pretraining(language, corpus, spec["pretraining"]))
                about["fertility"] = fertilities.get((model, target), {}).get(language)
                about["n_examples"] = texts[target].sizes.get(language) if target in texts else None
                rows.append(about)
    return rows


class _Texts:
    """Test texts of one target, read once for all tokenizers."""

    def __init__(self, entry, manifest, scripts):
        tables = manifests.read(manifest)["tables"]
        self.sizes = {language: table["rows"] for language, table in tables.items()}
        texts = getattr(kinds.of(entry["kind"]), "TEXTS", ())
        spaced = {code for code in entry["languages"] if scripts.get(code) not in UNSPACED}
        measurable = set(entry["languages"]) if _WORDS in texts else spaced
        self.samples = {
            language: _sample(manifest.parent / table["file"], texts)
            for language, table in tables.items()
            if texts and language in measurable
        }


def _sample(path, columns):
    """Words of at most 500 examples that lie evenly over a table: a list of lists of words."""
    table = artifacts.read_table(path, columns=list(columns))
    step = math.ceil(table.num_rows / _SAMPLE)
    rows = table.take(list(range(0, table.num_rows, step))).to_pylist()
    return [_words(row[name], name) for row in rows for name in columns if row[name]]


def _words(text, column):
    if column == _WORDS:
        return text
    return (" ".join(text) if isinstance(text, list) else text).split()


def _fertilities(models, texts):
    """Map (model, target) -> {language: subwords per word}; each tokenizer is measured once."""
    found, measured = {}, {}
    for model, manifest in models.items():
        file = manifest.parent / "tokenizer.json"
        same = sha256(file) if file.exists() else model
        if same not in measured:
            tokenizer = encoders.load_tokenizer(manifest.parent)
            measured[same] = {target: _by_language(tokenizer, own.samples) for target, own in texts.items()}
        found.update({(model, target): values for target, values in measured[same].items()})
    return found


def _by_language(tokenizer, samples):
    return {language: fertility(tokenizer, words) for language, words in samples.items()}


def fertility(tokenizer, texts):
    """Subwords per word over texts, each a list of words; None without any word."""
    words = sum(map(len, texts))
    if not words:
        return None
    encoded = tokenizer([" ".join(text) for text in texts], add_special_tokens=False)
    return sum(map(len, encoded["input_ids"])) / words


def _script(language, source, scripts):
    own, other = scripts.get(language), scripts.get(source)
    return {"script": own, "same_script": None if None in (own, other) else own == other}


def _pretraining(language, corpus, sizes):
    """Size of the text that a model saw in the language; null without a declared corpus."""
    if corpus is None:
        return {}
    size = sizes[corpus]["sizes"].get(language)
    return {
        "pretraining_corpus": corpus,
        "pretraining_unit": sizes[corpus]["unit"],
        "pretraining_size": size,
        "log10_pretraining": math.log10(size) if size else None,
    }
