"""English examples -> examples in another language, by a translation model (Marian or NLLB)."""

import logging
import re
import time

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from atlas.errors import AtlasError, closest
from atlas.variants import TRANSLATED_TEXTS

_log = logging.getLogger("atlas.data.translation")
_BATCH = {"cpu": 16}  # sentences of similar length
_BATCH_ELSEWHERE = 128
_TELL = 60  # seconds between progress lines
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class Translator:
    """A translation model for one language.

    Parameters
    ----------
    folder : of the model
    language : the model's own name of the language, such as ``deu_Latn`` for NLLB
    beams : of the search; 1 is greedy
    several : whether a Marian model has several target languages, which its input then has to name
    """

    def __init__(self, folder, language, beams=1, several=False):
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            self._model = AutoModelForSeq2SeqLM.from_pretrained(
                folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
            ).eval()
        except (OSError, ValueError, KeyError, ImportError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise AtlasError(f"{folder}: no translation model can be loaded: {reason}") from error
        self._model.to("cuda" if torch.cuda.is_available() else "cpu")
        self._beams = beams
        marian = self._model.config.model_type == "marian"
        self._prefix = f">>{language}<< " if marian and several else ""
        self._first_token = None if marian else self._token_of(language, folder)

    def _token_of(self, language, folder):
        """Number of the token that tells a model of many languages which one to write."""
        known = self._tokenizer.get_vocab()
        if language not in known:
            names = [token for token in self._tokenizer.all_special_tokens if "_" in token] or ["deu_Latn"]
            raise AtlasError(
                f"{folder}: the translation model knows no language {language!r}. {closest(language, names)}"
                " Correct `translated.languages`."
            )
        return known[language]

    def translate(self, texts):
        """Translations of many texts, in their order; each sentence that occurs often is translated once."""
        split = [[part for part in _SENTENCE_END.split(text.strip()) if part] for text in texts]
        sentences = sorted({part for parts in split for part in parts}, key=lambda part: (len(part), part))
        size = _BATCH.get(self._model.device.type, _BATCH_ELSEWHERE)
        found, told = {}, time.monotonic()
        for start in range(0, len(sentences), size):
            batch = sentences[start : start + size]
            found.update(zip(batch, self._batch(batch), strict=True))
            if time.monotonic() - told > _TELL:
                told = time.monotonic()
                _log.info("%d of %d sentences", len(found), len(sentences))
        return [" ".join(found[part] for part in parts) for parts in split]

    @torch.inference_mode()
    def _batch(self, sentences):
        batch = self._tokenizer(
            [self._prefix + sentence for sentence in sentences],
            return_tensors="pt",
            padding=True,
            truncation=True,
            max_length=min(self._tokenizer.model_max_length, 512),
        ).to(self._model.device)
        written = self._model.generate(
            **batch,
            num_beams=self._beams,
            do_sample=False,
            max_length=None,
            max_new_tokens=2 * batch["input_ids"].shape[1] + 10,
            forced_bos_token_id=self._first_token,
        )
        return [text.strip() for text in self._tokenizer.batch_decode(written, skip_special_tokens=True)]


def translate_examples(kind, examples, translate):
    """Translate the texts of prepared examples; labels and ids stay.

    Parameters
    ----------
    kind : name of the examples' kind
    examples : prepared examples, lists of dicts
    translate : function from a list of texts to their translations

    Returns
    -------
    examples, dropped : the translated ones, and the number of those left out because the translated answer
        does not occur in the translated context (span QA; answers cannot be aligned otherwise)
    """
    names = TRANSLATED_TEXTS[kind]
    texts = [text for example in examples for name in names for text in _texts(example[name])]
    given = iter(translate(texts))
    made = [{**e, **{name: _refill(e[name], given) for name in names}} for e in examples]
    if kind != "span_qa":
        return made, 0
    found = [_with_starts(example) for example in made]
    kept = [example for example in found if example is not None]
    return kept, len(found) - len(kept)


def _texts(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _refill(value, given):
    if isinstance(value, list):
        return [next(given) for _ in value]
    return None if value is None else next(given)


def _with_starts(example):
    """The example with the answers that occur in its context, at their first occurrence; None without any."""
    if not example["answers"]:
        return {**example, "starts": []}
    answers = [answer.rstrip(".") for answer in example["answers"]]
    found = [(answer, example["context"].find(answer)) for answer in answers if answer]
    found = [(answer, start) for answer, start in found if start >= 0]
    if not found:
        return None
    return {**example, "answers": [a for a, _ in found], "starts": [start for _, start in found]}
