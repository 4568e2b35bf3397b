"""Encoders pretrained from random weights: valid for every size, loadable, deterministic."""

import json
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

from atlas import manifests
from atlas.engine import corpora, pretraining
from atlas.engine.vocabulary import make_tokenizer
from atlas.errors import AtlasError
from atlas.lab import tables
from pretrain_model import pretrain_model

LAB = {"documents": 8, "english_documents": 40}
SPEC = {
    "model": {"layers": 1, "width": 16, "heads": 2, "max_tokens": 48},
    "recipe": {"steps": 3, "batch_size": 8},
    "seed": 1,
    "tokenizer": {"type": "words"},
    "text": {"lab": LAB},
}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def made(folder, files=(), **changes):
    folder.mkdir()
    pretrain_model(spec={**SPEC, **changes}, code="c", manifest=folder / "manifest.json", text=list(files))
    return folder


def weights(folder):
    return AutoModel.from_pretrained(folder, add_pooling_layer=False).state_dict()


def test_checkpoint_is_an_ordinary_one(tmp_path):
    folder = made(tmp_path / "model")
    manifest = manifests.read(folder / "manifest.json", check_digests=True)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(manifest["files"])
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.is_fast
    assert tokenizer.model_max_length == 48
    model = AutoModelForMaskedLM.from_pretrained(folder)
    batch = tokenizer(["the girl see a ring ."], ["who see ?"], return_tensors="pt")
    assert model(**batch).logits.shape == (1, batch["input_ids"].shape[1], len(tokenizer))
    assert model(input_ids=torch.full((1, 48), 7)).logits.shape[1] == 48  # model_max_length fits
    read_back = json.loads((folder / "manifest.json").read_text())
    assert read_back["tokens_seen"] > 0
    assert math.isfinite(read_back["final_loss"])


def test_parameters_are_counted_without_and_with_embeddings(tmp_path):
    manifest = manifests.read(made(tmp_path / "model") / "manifest.json")
    width, layer = 16, 4 * (16 * 16 + 16) + 2 * 16 * 64 + 64 + 16 + 4 * 16
    inner = layer + 2 * width  # and the normalisation of the embeddings
    assert manifest["n_parameters"] == inner
    embedded = manifest["vocabulary_size"] + (48 + 2) + 1  # words, positions, the one segment type
    assert manifest["n_parameters_total"] == inner + embedded * width


@pytest.mark.parametrize("seed", [7, 11])
@pytest.mark.parametrize("model", [{"width": 16, "heads": 1}, {"layers": 3, "width": 24, "heads": 3}])
def test_every_word_of_every_table_is_known(tmp_path, seed, model):
    lab = {**LAB, "world_seed": seed}
    folder = made(tmp_path / "model", model=model, text={"lab": lab}, seed=seed)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    for language in ("eng", "jpn", "swh", "heb"):
        rows = tables.rows("tags", language, "test", lab).to_pylist()
        texts = [" ".join(row["tokens"]) for row in rows]
        for text, numbers in zip(texts, tokenizer(texts)["input_ids"], strict=True):
            assert tokenizer.unk_token_id not in numbers
            assert tokenizer.convert_ids_to_tokens(numbers)[1:-1] == text.split()


def test_equal_seeds_give_equal_weights_and_others_do_not(tmp_path):
    first, again, other = (
        weights(made(tmp_path / name, seed=seed)) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_no_steps_give_the_untrained_encoder_of_the_same_seed(tmp_path):
    untrained = weights(made(tmp_path / "a", recipe={"steps": 0}))
    fresh = pretraining.make_model({**pretraining.MODEL, **SPEC["model"]}, vocabulary(tmp_path / "a"), 1)
    expected = fresh.roberta.state_dict()
    assert all(torch.equal(untrained[name], expected[name]) for name in untrained)
    manifest = manifests.read(tmp_path / "a" / "manifest.json")
    assert (manifest["tokens_seen"], manifest["final_loss"]) == (0, None)


def vocabulary(folder):
    return manifests.read(folder / "manifest.json")["vocabulary_size"]


def test_loss_falls(tmp_path):
    documents = [("a b c d .", None)] * 40
    tokenizer = make_tokenizer({"type": "words"}, documents, None, 16)
    sequences = pretraining.encode(documents, tokenizer)
    model, recipe = pretraining.check({**SPEC, "recipe": {"steps": 60, "batch_size": 8}})
    encoder = pretraining.make_model(model, len(tokenizer), 1)
    facts = pretraining.train(encoder, sequences, recipe, 1)
    assert facts["final_loss"] < math.log(5)  # better than guessing among the five words
    assert facts["tokens_seen"] == 60 * 8 * 7


def test_own_text_of_both_formats(tmp_path):
    lines = tmp_path / "text.txt"
    lines.write_text("ein Haus .\n\nein Hund\two ?\n", encoding="utf-8")
    pq.write_table(pa.table({"text": ["une maison ."]}), tmp_path / "text.parquet")
    documents, words = corpora.read({"local": ["x"]}, [lines, tmp_path / "text.parquet"])
    assert documents == [("ein Haus .", None), ("ein Hund", "wo ?"), ("une maison .", None)]
    assert words is None
    folder = made(tmp_path / "model", files=[lines], text={"local": ["text.txt"]})
    assert "Haus" in AutoTokenizer.from_pretrained(folder).get_vocab()


def test_own_text_with_subwords(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("\n".join(f"das Haus Nummer {n} steht hier" for n in range(200)), encoding="utf-8")
    subwords = {"type": "unigram", "vocabulary_size": 60}
    folder = made(tmp_path / "model", files=[text], text={"local": ["text.txt"]}, tokenizer=subwords)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.unk_token_id not in tokenizer("das Haus steht hier")["input_ids"]
    assert len(tokenizer) <= 60


def test_long_text_is_cut_into_pieces_not_dropped():
    documents = [(" ".join("abcdefghij" * 3), None)]
    tokenizer = make_tokenizer({"type": "words"}, documents, None, 12)
    sequences = pretraining.encode(documents, tokenizer)
    assert [len(sequence) for sequence in sequences] == [12, 12, 12]


def test_a_small_vocabulary_keeps_the_frequent_words_of_own_text():
    documents = [("b b a c", None), ("b a", "d")]
    tokenizer = make_tokenizer({"type": "words", "vocabulary_size": 7}, documents, None, 12)
    assert tokenizer.convert_ids_to_tokens([5, 6]) == ["b", "a"]
    assert len(tokenizer) == 7


def test_hidden_tokens_are_real_ones_at_the_asked_rate():
    batch = torch.randint(5, 100, (50, 40))
    batch[:, 30:] = 1
    shown, hidden = pretraining._hide(batch, 0.2, 100, torch.Generator().manual_seed(0))
    assert not hidden[:, 30:].any()
    assert hidden[:, :30].float().mean().item() == pytest.approx(0.2, abs=0.03)
    assert torch.equal(shown[~hidden], batch[~hidden])
    assert (shown[hidden] == 4).float().mean().item() == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"width": 64, "heads": 3}}, "3 heads do not divide width 64"),
        ({"model": {"depth": 2}}, "unknown key 'depth'"),
        ({"recipe": {"mask_rate": 0}}, "mask_rate: found 0, needs a number.* above 0"),
        ({"recipe": {"mask_rate": 1.2}}, "mask_rate 1.2"),
        ({"recipe": {"learning_rate": "1e-3"}}, "learning_rate: found '1e-3', needs a number, with a dot"),
        ({"recipe": {"steps": 2.5}}, "steps: found 2.5, needs a whole number"),
        ({"mode": {}}, "unknown key 'mode'. Did you mean model"),
        ({"tokenizer": {"type": "word"}}, "Did you mean words"),
        ({"tokenizer": {"type": "words", "vocabulary_size": 50}}, "too small for a lexicon of"),
        ({"tokenizer": {"type": "unigram"}}, "needs vocabulary_size"),
        ({"text": {"local": []}}, "no text in no file at all"),
        ({"text": {"lab": {"languages": ["deu"]}}}, "at least 6"),
    ],
)
def test_what_cannot_be_built_is_refused_before_any_work(tmp_path, changes, message):
    with pytest.raises(AtlasError, match=message):
        made(tmp_path / "model", **changes)
    assert not list((tmp_path / "model").iterdir())


def test_text_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AtlasError, match="cannot be read as UTF-8"):
        corpora.read({"local": ["x"]}, [tmp_path / "a.txt"])
    pq.write_table(pa.table({"sentence": ["x"]}), tmp_path / "a.parquet")
    with pytest.raises(AtlasError, match="needs a column text; found sentence"):
        corpora.read({"local": ["x"]}, [tmp_path / "a.parquet"])
