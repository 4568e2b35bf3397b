"""Shared fixtures: tiny models made in memory, and a small catalogue of their own for selection tests."""

import json
import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # equal results everywhere, before torch is imported
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

ROOT = Path(__file__).resolve().parents[1]

# Latin, Cyrillic, Arabic, Devanagari, Chinese, Japanese, Thai, punctuation: enough to cut every test's text.
TEXTS = [
    "the quick brown fox jumps over the lazy dog and the cat sleeps in the sun",
    "Berlin is the capital of Germany. Paris is the capital of France, not of Spain.",
    "what is the capital of Germany? who sleeps in the sun? where does the fox jump?",
    "good fine great nice bad poor awful sad red blue green one two three four five",
    "быстрая лиса прыгает через ленивую собаку",
    "الثعلب السريع يقفز فوق الكلب الكسول",
    "तेज़ लोमड़ी आलसी कुत्ते के ऊपर कूदती है",
    # Without blanks, and each character once, so that each is a subword of its own:
    "柏林是德国的首都。巴黎法北京中东什么？",
    "東日本はですこか",
    "กรุงเทพเป็นมอหลวขปะศไยคื่",
]


@pytest.fixture(scope="session")
def tiny_tokenizer():
    """Fast unigram tokenizer with XLM-R's special tokens, which drops zero-width characters."""
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Replace(Regex("[\u200b-\u200f]"), "")
    split = [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]  # as in XLM-R
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Sequence(split), decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=300, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=512,
        bos_token="<s>",
        cls_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        sep_token="</s>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_input_names=["input_ids", "attention_mask"],
    )


def _save_tiny(family, tokenizer, folder):
    import torch
    import transformers

    size = {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 520,
        "type_vocab_size": 1,
        "pad_token_id": tokenizer.pad_token_id,
    }
    torch.manual_seed(0)
    model = getattr(transformers, f"{family}Model")(getattr(transformers, f"{family}Config")(**size))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory, tiny_tokenizer):
    """Folder of a random XLM-R encoder of 2 layers x 32; read only."""
    return _save_tiny("XLMRoberta", tiny_tokenizer, tmp_path_factory.mktemp("tiny_xlmr"))


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory, tiny_tokenizer):
    """Folder of a random BERT encoder of 2 layers x 32; read only."""
    return _save_tiny("Bert", tiny_tokenizer, tmp_path_factory.mktemp("tiny_bert"))


_PART = {"split": "train"}
_TASK = {
    "kind": "sentence_classification",
    "source": {"hub": "org/data"},
    "columns": {"first": "text", "label": "label"},
    "labels": ["no", "yes"],
    "train": _PART,
    "tune": {"split": "validation"},
    "recipe": {"epochs": 2, "batch_size": 8, "learning_rate": 2.0e-5, "max_tokens": 64},
}
_LANGUAGE = {"name": "Language", "script": "Latn", "family": "Family"}
_CATALOG = {
    "models": {
        "small": {"source": {"hub": "org/small"}},
        "large": {"source": {"hub": "org/large"}, "recipe": {"learning_rate": 1.0e-5}},
    },
    "intermediate_tasks": {
        "nli": _TASK,
        "qa": {
            **_TASK,
            "kind": "span_qa",
            "columns": {"question": "question", "context": "context", "answers": "answers"},
        },
    },
    "target_tasks": {
        "topic": {
            **_TASK,
            "test": {"subset": "{language}", "split": "test"},
            "metrics": ["accuracy"],
            "languages": {"eng": "en", "deu": "de", "fra": "fr"},
        },
        "pos": {
            **_TASK,
            "kind": "token_labels",
            "columns": {"tokens": "words", "labels": "tags"},
            "test": {"subset": "{language}", "split": "test"},
            "metrics": ["accuracy", "seqeval_f1"],
            "languages": {"deu": "German", "eng": "English"},
        },
        "search": {
            "kind": "retrieval",
            "source": {"hub": "org/pairs"},
            "columns": {"query": "english", "candidate": "other"},
            "test": {"subset": "{language}", "split": "test"},
            "metrics": ["accuracy"],
            "recipe": {"max_tokens": 64},
            "languages": {"deu": "de", "fra": "fr"},
        },
    },
    "languages": dict.fromkeys(("eng", "deu", "fra", "spa"), _LANGUAGE),
    "distances": {"syntactic": {"distance": "syntactic", "provider": "lang2vec_vectors"}},
}
_STUDY = {
    "study": "trial",
    "models": ["small", "large"],
    "intermediate_tasks": ["none", "nli", "qa"],
    "target_tasks": ["topic", "pos", "search"],
    "seeds": [1, 2],
}


@pytest.fixture
def catalog():
    """Content of a small valid catalogue, to be changed by the test."""
    return json.loads(json.dumps(_CATALOG))


@pytest.fixture
def settings():
    """Content of a small valid study over `catalog`, to be changed by the test."""
    return json.loads(json.dumps(_STUDY))


@pytest.fixture
def load_study(tmp_path):
    """Function (settings, catalog) -> Study, through files as a user would write them."""
    import yaml

    from atlas import study

    def load(settings, catalog):
        folder = tmp_path / "catalog"
        folder.mkdir(exist_ok=True)
        for name, entries in catalog.items():
            text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True)
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return study.load({**settings, "catalog": str(folder)})

    return load


@pytest.fixture
def copied_scripts(tmp_path, monkeypatch):
    """A copy of the workflow's code that digests are taken of, to be edited by the test."""
    import shutil

    from atlas import provenance

    folder = tmp_path / "workflow_scripts"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "workflow_scripts", folder, ignore=ignored)
    monkeypatch.setattr(provenance, "HERE", folder)
    provenance.code_digest.cache_clear()
    provenance._meaning.cache_clear()
    yield folder
    provenance.code_digest.cache_clear()
    provenance._meaning.cache_clear()
