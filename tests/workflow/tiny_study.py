"""A whole study of the user's own files that runs in a minute: tiny random model, made-up languages."""

import json
import random
from pathlib import Path

import yaml
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

LANGUAGES = ["eng", "deu", "nld", "fra", "spa", "rus", "tur", "jpn"]
NOUNS, VERBS = ["dog", "cat", "fish", "bird"], ["eats", "sees", "likes", "finds"]
TOPICS = {"sport": ["goal", "ball", "team"], "food": ["soup", "bread", "salt"]}
WORDS = [*NOUNS, *VERBS, *sum(TOPICS.values(), []), "the", "."]
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>", "<mask>"]


def build(folder):
    """Write model, data, catalogue and study below `folder`; return the path of the study's file."""
    build_model(folder / "model")
    for language in LANGUAGES:
        write_rows(folder / "data", language)
    write_catalog(folder)
    study = {
        "study": "tiny",
        "catalog": str(folder / "catalog"),
        "models": ["small"],
        "intermediate_tasks": ["none", "topic"],
        "target_tasks": ["tags", "twins"],
        "languages": LANGUAGES[:7],
        "seeds": [1],
        "distances": ["syntactic", "genetic"],
        "statistics": {"permutations": 99, "bootstrap": 99},
    }
    return write_yaml(folder / "tiny.yaml", study)


def build_model(folder, layers=2):
    """Random BERT with one token per word; the same weights at every call."""
    import torch

    vocabulary = SPECIAL + [foreign(word, code) for code in LANGUAGES for word in WORDS]
    vocabulary = list(dict.fromkeys(vocabulary))
    build_tokenizer(folder, vocabulary)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=layers, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=40, pad_token_id=0,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)


def build_tokenizer(folder, words):
    """Tokenizer of one token per word, the special ones first."""
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", vocabulary["</s>"]), ("<s>", vocabulary["<s>"]), add_prefix_space=False
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
        unk_token="<unk>", pad_token="<pad>", mask_token="<mask>", model_max_length=32,
    ).save_pretrained(folder)  # fmt: skip


def foreign(word, language):
    """A word in a made-up language: half of the words are those of English."""
    if language == "eng" or WORDS.index(word) % 2:
        return word
    return f"{word}-{language}"


def write_rows(folder, language):
    """Tagged sentences, topics and translations of one language, as JSON lines."""
    for split, size in (("train", 40), ("dev", 12), ("test", 12)):
        chance = random.Random(f"{language if split != 'test' else 'all'}-{split}")
        tags, topics, twins = [], [], []
        for _ in range(size):
            words = ["the", chance.choice(NOUNS), chance.choice(VERBS), "the", chance.choice(NOUNS), "."]
            own = [foreign(word, language) for word in words]
            tags.append({"tokens": own, "tags": ["DET", "NOUN", "VERB", "DET", "NOUN", "PUNCT"]})
            topic = chance.choice(list(TOPICS))
            talk = [foreign(chance.choice(TOPICS[topic]), language) for _ in range(3)]
            topics.append({"text": " ".join(talk), "topic": topic})
            twins.append({"english": " ".join(words), "other": " ".join(own)})
        for name, rows in (("tags", tags), ("topics", topics), ("twins", twins)):
            write_lines(folder / f"{name}.{language}.{split}.jsonl", rows)


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_catalog(folder):
    """The five files of a catalogue over the data of `folder`, with the shipped languages and distances."""
    shipped = Path(__file__).parents[2] / "catalog"
    recipe = {"epochs": 3, "batch_size": 8, "learning_rate": 5.0e-3, "max_tokens": 24}
    data = str(folder / "data")
    parts = {
        "train": {"subset": "eng", "split": "train"},
        "tune": {"subset": "eng", "split": "dev"},
    }
    test = {"subset": "{language}", "split": "test"}
    topic = {
        "kind": "sentence_classification",
        "source": {"local": data + "/topics.{subset}.{split}.jsonl"},
        "columns": {"first": "text", "label": "topic"},
        "labels": list(TOPICS),
        **parts,
        "recipe": recipe,
    }
    tags = {
        "kind": "token_labels",
        "source": {"local": data + "/tags.{subset}.{split}.jsonl"},
        "columns": {"tokens": "tokens", "labels": "tags"},
        "labels": ["DET", "NOUN", "VERB", "PUNCT"],
        **parts,
        "test": test,
        "metrics": ["accuracy", "seqeval_f1"],
        "recipe": recipe,
        "languages": {code: code for code in LANGUAGES},
    }
    twins = {
        "kind": "retrieval",
        "source": {"local": data + "/twins.{subset}.{split}.jsonl"},
        "columns": {"query": "english", "candidate": "other"},
        "test": test,
        "metrics": ["accuracy"],
        "recipe": {"max_tokens": 24},
        "languages": {code: code for code in LANGUAGES if code != "eng"},
    }
    model = {"source": {"local": str(folder / "model")}, "retrieval_layer": 1}
    write_yaml(folder / "catalog" / "models.yaml", {"small": model})
    write_yaml(folder / "catalog" / "intermediate_tasks.yaml", {"topic": topic})
    write_yaml(folder / "catalog" / "target_tasks.yaml", {"tags": tags, "twins": twins})
    for name in ("languages.yaml", "distances.yaml"):
        (folder / "catalog" / name).write_text((shipped / name).read_text())


def write_yaml(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def edit_yaml(path, change):
    """Apply `change` to the content of a YAML file in place."""
    content = yaml.safe_load(path.read_text())
    change(content)
    write_yaml(path, content)
