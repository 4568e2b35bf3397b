"""Answers and sentences of published rows, in every script, where a mirror of the hub has them."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from conftest import SERVER

from atlas import metrics, sentences
from atlas.data.published import Published
from atlas.kinds import span_qa

pytestmark = [pytest.mark.slow, pytest.mark.hub]
DATASETS = SERVER.parent / "datasets"
READING = {"max_tokens": 384, "stride": 128, "max_answer_tokens": 200}
MEANING = {"columns": {name: name for name in ("id", "question", "context", "answers")}}


def _tables(data_set):
    """Name of the configuration -> its published rows."""
    paths = sorted((DATASETS / data_set).glob("*/*.parquet"))
    if not paths:
        pytest.skip(f"no mirror of {data_set} beside the stand-in for the hub")
    return {path.parent.name: pq.read_table(path) for path in paths}


def _tokenizer(texts):
    """Unigram subwords of XLM-R's making, NFKC and blanks as marks, learnt from the texts."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=6000, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="<s>", pad_token="<pad>", sep_token="</s>", unk_token="<unk>",
        model_input_names=["input_ids", "attention_mask"],
    )  # fmt: skip


def _pointing(feature):
    """Logits of a model that knows the answer."""
    logits = np.zeros((len(feature["input_ids"]), 2))
    if feature["start_positions"]:
        logits[feature["start_positions"], 0] = logits[feature["end_positions"], 1] = 9.0
    return logits


def test_gold_positions_give_the_gold_answers_back():
    tables = {name: table.slice(0, 100) for name, table in _tables("google/xquad").items()}
    tokenizer = _tokenizer([text for table in tables.values() for text in table["context"].to_pylist()])
    points = {}
    for name, table in tables.items():
        examples = span_qa.prepare(Published(table, MEANING, name), MEANING)
        features = span_qa.encode(examples, tokenizer, READING, [])
        rows = span_qa.decode(list(map(_pointing, features)), features, examples, READING, [])
        points[name] = metrics.points("sound_f1", rows, "und")
    # Subwords cannot be cut, so an answer may gain a letter or two; it never loses any.
    assert {"xquad.zh", "xquad.th", "xquad.ar"} <= points.keys()
    assert min(points.values()) > 96, points


def test_sentences_are_cut_as_lareqa_cuts_them():
    agreement = {}
    for name, table in _tables("local/lareqa").items():
        published = dict(zip(table["context"].to_pylist(), table["sentence_breaks"].to_pylist(), strict=True))
        starts = [
            ({start for start, _ in breaks}, {start for start, _ in sentences.split(text)})
            for text, breaks in published.items()
        ]
        common = sum(len(own & found) for own, found in starts)
        agreement[name] = 200 * common / sum(len(own) + len(found) for own, found in starts)
    assert agreement.pop("xquad-r.th") > 40  # Thai ends its sentences without any mark
    assert agreement.pop("xquad-r.zh") > 89
    assert min(agreement.values()) > 95.5, agreement
