"""Tokenizers made for a text: one token per word, or subwords learnt from it."""

import collections
import math

from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from atlas.errors import AtlasError, closest

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]  # in XLM-R's order, so its defaults hold
_BEGIN, PAD, _END, _UNKNOWN, MASK = range(len(SPECIAL))
_TYPES = ("words", "unigram")


def make_tokenizer(settings, documents, words, max_tokens):
    """Build a fast tokenizer with XLM-R's special tokens and pair format.

    Parameters
    ----------
    settings : ``{"type": "words"}``, one token per word between blanks, or ``{"type": "unigram",
        "vocabulary_size": n}``, subwords learnt from the text; `vocabulary_size` bounds `words` as well
    documents : list of (text, second text or None)
    words : all words that must be known; None takes them from the documents, frequent ones first
    max_tokens : longest input

    Raises
    ------
    AtlasError
        If the type is unknown or the words do not fit the vocabulary.
    """
    kind = settings.get("type")
    if kind not in _TYPES:
        raise AtlasError(f"pretrain.tokenizer.type: {kind!r} is unknown. {closest(kind, _TYPES)}")
    make = _word_tokenizer if kind == "words" else _unigram_tokenizer
    tokenizer = make(settings, documents, words)
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", _END), ("<s>", _BEGIN), trim_offsets=False, add_prefix_space=False
    )
    names = dict(zip(("bos", "pad", "eos", "unk", "mask"), SPECIAL, strict=True))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=max_tokens,
        cls_token="<s>",
        sep_token="</s>",
        **{f"{name}_token": token for name, token in names.items()},
    )


def _word_tokenizer(settings, documents, words):
    size = settings.get("vocabulary_size", math.inf)
    if words is None:
        words = _frequent_words(documents)
        words = words[: min(len(words), size - len(SPECIAL))]
    if len(words) + len(SPECIAL) > size:
        raise AtlasError(
            f"pretrain.tokenizer.vocabulary_size: {size} is too small for a lexicon of {len(words)} words"
            f" and {len(SPECIAL)} special tokens. Write {len(words) + len(SPECIAL)} or leave it out."
        )
    vocabulary = {token: number for number, token in enumerate([*SPECIAL, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def _frequent_words(documents):
    texts = [text for document in documents for text in document if text]
    counts = collections.Counter(word for text in texts for word in text.split())
    return sorted(counts, key=lambda word: (-counts[word], word))


def _unigram_tokenizer(settings, documents, words):
    if "vocabulary_size" not in settings:
        raise AtlasError("pretrain.tokenizer: type unigram needs vocabulary_size, such as 8000.")
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=settings["vocabulary_size"],
        special_tokens=SPECIAL,
        unk_token="<unk>",
        show_progress=False,
    )
    texts = [text for document in documents for text in document if text]
    tokenizer.train_from_iterator(texts + list(words or ()), trainer)
    return tokenizer
