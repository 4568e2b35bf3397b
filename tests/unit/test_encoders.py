"""Encoders, fresh heads and pooling on tiny random models."""

import json
import shutil

import pytest
import torch
import transformers

from atlas.engine import encoders
from atlas.errors import AtlasError

CLASSIFIER = "AutoModelForSequenceClassification"
LABELS = ["no", "maybe", "yes"]
TEXTS = ["the cat sleeps in the sun", "Berlin", "柏林是德国的首都。"]


@pytest.fixture(params=["tiny_model", "tiny_bert"])
def folder(request):
    """Each test runs with a model of RoBERTa's and one of BERT's family."""
    return request.getfixturevalue(request.param)


def _head(model):
    inner = {id(p) for n, p in model.base_model.named_parameters() if not n.startswith("pooler.")}
    return {name: p.detach() for name, p in model.named_parameters() if id(p) not in inner}


def _equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_head_depends_on_its_seed_alone(folder):
    heads = [_head(encoders.with_fresh_head(folder, CLASSIFIER, LABELS, "first", seed)) for seed in (1, 1, 2)]
    assert _equal(heads[0], heads[1])
    assert not _equal(heads[0], heads[2])


@pytest.mark.parametrize(
    ("auto_class", "labels"),
    [
        (CLASSIFIER, LABELS),
        ("AutoModelForTokenClassification", LABELS),
        ("AutoModelForQuestionAnswering", []),
        ("AutoModelForMultipleChoice", []),
    ],
)
def test_the_encoder_is_carried_over_bit_by_bit(folder, auto_class, labels):
    model = encoders.with_fresh_head(folder, auto_class, labels, "first", seed=7)
    carried = model.base_model.state_dict()
    for name, weights in transformers.AutoModel.from_pretrained(folder).state_dict().items():
        if not name.startswith("pooler."):
            assert torch.equal(carried[name], weights), name


def _save(model, tokenizer, folder):
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_an_earlier_checkpoints_head_is_not_carried(folder, tiny_tokenizer, tmp_path):
    earlier = encoders.with_fresh_head(folder, CLASSIFIER, LABELS, "first", seed=1)
    with torch.no_grad():
        for weights in earlier.parameters():
            weights += 0.25
    start = _save(earlier, tiny_tokenizer, tmp_path)
    later = encoders.with_fresh_head(start, CLASSIFIER, LABELS, "first", seed=1)
    fresh = encoders.with_fresh_head(folder, CLASSIFIER, LABELS, "first", seed=1)
    assert _equal(_head(later), _head(fresh))
    trained = earlier.get_input_embeddings().weight
    assert torch.equal(later.get_input_embeddings().weight, trained)


@pytest.mark.parametrize(
    ("auto_class", "labels", "outputs"),
    [
        ("AutoModelForQuestionAnswering", [], 2),
        ("AutoModelForTokenClassification", ["A", "B"], 2),
    ],
)
def test_a_checkpoint_of_three_labels_starts_a_task_of_another_kind(
    folder, tiny_tokenizer, tmp_path, auto_class, labels, outputs
):
    earlier = encoders.with_fresh_head(folder, CLASSIFIER, LABELS, "first", seed=1)
    start = _save(earlier, tiny_tokenizer, tmp_path)
    model = encoders.with_fresh_head(start, auto_class, labels, "first", seed=1)
    assert model.config.num_labels == outputs
    model(**tiny_tokenizer(TEXTS, padding=True, return_tensors="pt"))


def _by_hand(model, text, tokenizer):
    """Logits of one unpadded text: the plain mean over its hidden states, through the stock head."""
    batch = tokenizer([text], return_tensors="pt")
    plain = transformers.AutoModel.from_pretrained(model.name_or_path)
    plain.load_state_dict(model.base_model.state_dict(), strict=False)
    mean = plain.eval()(**batch).last_hidden_state.mean(1, keepdim=True)
    if hasattr(model.base_model, "pooler") and model.base_model.pooler is not None:
        return model.classifier(plain.pooler(mean))[0]
    return model.classifier(mean)[0]


@pytest.fixture
def mean_pooled(folder, tiny_tokenizer, tmp_path):
    """Checkpoint folder of a classifier with mean pooling."""
    model = encoders.with_fresh_head(folder, CLASSIFIER, LABELS, "mean", seed=3)
    return model.eval(), _save(model, tiny_tokenizer, tmp_path / "mean")


@torch.inference_mode()
def test_mean_pooling_is_the_mean_over_tokens_padding_left_out(mean_pooled, tiny_tokenizer):
    _, saved = mean_pooled
    model = encoders.load_checkpoint(saved, CLASSIFIER)
    logits = model(**tiny_tokenizer(TEXTS, padding=True, return_tensors="pt")).logits
    for text, got in zip(TEXTS, logits, strict=True):
        torch.testing.assert_close(got, _by_hand(model, text, tiny_tokenizer), atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_mean_pooling_survives_saving_and_differs_from_the_first_token(mean_pooled, tiny_tokenizer, folder):
    model, saved = mean_pooled
    batch = tiny_tokenizer(TEXTS, padding=True, return_tensors="pt")
    assert torch.equal(model(**batch).logits, encoders.load_checkpoint(saved, CLASSIFIER)(**batch).logits)
    first = encoders.with_fresh_head(folder, CLASSIFIER, LABELS, "first", seed=3).eval()
    assert not torch.allclose(first(**batch).logits, model(**batch).logits)


def test_a_checkpoint_is_a_stock_folder_with_named_labels(mean_pooled):
    _, saved = mean_pooled
    stock = transformers.AutoModelForSequenceClassification.from_pretrained(saved)
    assert stock.config.id2label == dict(enumerate(LABELS))


@pytest.mark.parametrize("damage", ["truncated", "missing", "pickled"])
def test_damaged_weights_are_named(tiny_model, tmp_path, damage):
    folder = tmp_path / "copy"
    shutil.copytree(tiny_model, folder)
    weights = folder / "model.safetensors"
    if damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:-1000])
    else:
        weights.unlink()
    if damage == "pickled":
        torch.save(encoders.load_encoder(tiny_model).state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(AtlasError, match="copy"):
        encoders.load_encoder(folder)


def test_weights_of_another_architecture_are_refused(tiny_model, tmp_path):
    shutil.copytree(tiny_model, tmp_path / "copy")
    transformers.DistilBertConfig(
        vocab_size=50, dim=32, n_heads=2, n_layers=1, hidden_dim=64
    ).save_pretrained(tmp_path / "copy")
    with pytest.raises(
        AtlasError, match="copy: .*not those of a DistilBertModel.*missing or of another shape"
    ):
        encoders.load_encoder(tmp_path / "copy")


def test_code_of_a_repository_is_not_even_offered(tiny_model, tmp_path, monkeypatch):
    shutil.copytree(tiny_model, tmp_path / "model")
    config = json.loads((tmp_path / "model/config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Config", "AutoModel": "own.Model"}}
    (tmp_path / "model/config.json").write_text(json.dumps(config))
    (tmp_path / "model/own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Config: pass\n")
    monkeypatch.setattr("builtins.input", lambda *asked: pytest.fail(f"asked {asked}"))
    with pytest.raises(AtlasError, match="custom code"):
        encoders.load_encoder(tmp_path / "model")
    assert not (tmp_path / "ran").exists()


def test_an_encoder_is_no_checkpoint(tiny_model):
    with pytest.raises(AtlasError, match=r"not those of a \w+ForSequenceClassification.*classifier"):
        encoders.load_checkpoint(tiny_model, CLASSIFIER)


def test_a_checkpoint_with_other_labels_is_refused(mean_pooled):
    encoders.load_checkpoint(mean_pooled[1], CLASSIFIER, LABELS)
    with pytest.raises(AtlasError, match="labels .*but the task has .*manifest.json"):
        encoders.load_checkpoint(mean_pooled[1], CLASSIFIER, list(reversed(LABELS)))


def test_a_folder_without_tokenizer_is_named(tiny_model, tmp_path):
    shutil.copy(tiny_model / "config.json", tmp_path)
    with pytest.raises(AtlasError, match="tokenizer"):
        encoders.load_tokenizer(tmp_path)


def test_parameters_are_counted_by_hand(folder, tiny_tokenizer):
    width, inner, layers = 32, 64, 2
    attention = 4 * (width * width + width)
    feed_forward = width * inner + inner + inner * width + width
    norms = 2 * 2 * width
    without = layers * (attention + feed_forward + norms) + 2 * width  # and the embeddings' norm
    embeddings = (len(tiny_tokenizer) + 520 + 1) * width  # words, positions, one token type
    assert encoders.count_parameters(folder) == (without, without + embeddings)


class _Depth:
    def __init__(self, layers):
        self.config = transformers.XLMRobertaConfig(num_hidden_layers=layers)


@pytest.mark.parametrize(
    ("depth", "declared", "layer"),
    [
        (24, "default", 14),
        (12, "default", 7),
        (1, "default", 1),
        (12, "last", 12),
        (12, 0, 0),
        (12, 12, 12),
    ],
)
def test_the_layer_for_retrieval(depth, declared, layer):
    assert encoders.retrieval_layer(_Depth(depth), declared) == layer


def test_a_layer_beyond_the_depth_is_refused():
    with pytest.raises(AtlasError, match=r"retrieval_layer 13.* 12 layers"):
        encoders.retrieval_layer(_Depth(12), 13)
