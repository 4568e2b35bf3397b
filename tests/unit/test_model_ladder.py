"""Each architecture of the catalogue, as a tiny random model of its real class, on every kind with a head."""

import pytest
import torch
import transformers

from atlas import architectures, catalog, kinds
from atlas.engine import encoders, inference, padding, streams
from atlas.engine.joint import Joint
from atlas.errors import AtlasError

SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
CONFIGS = {
    "bert": ("Bert", SIZE),
    "distilbert": ("DistilBert", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}),
    "xlm-roberta": ("XLMRoberta", SIZE),
    "xlm-roberta-xl": ("XLMRobertaXL", SIZE),
    "deberta-v2": (
        "DebertaV2",
        {
            **SIZE,
            "relative_attention": True,
            "position_buckets": 16,
            "pos_att_type": ["p2c", "c2p"],
            "share_att_key": True,
            "norm_rel_ebd": "layer_norm",
            "position_biased_input": False,
            "type_vocab_size": 0,
        },
    ),
    "modernbert": ("ModernBert", {**SIZE, "global_attn_every_n_layers": 2}),
    "eurobert": ("EuroBert", {**SIZE, "num_key_value_heads": 1}),
    "mt5": ("MT5", {"d_model": 32, "num_layers": 2, "num_heads": 2, "d_kv": 16, "d_ff": 64}),
}
EXAMPLES = {
    "sentence_classification": [
        {"id": "0", "first": "the cat sleeps in the sun", "second": "a fox", "label": "no"},
        {"id": "1", "first": "Berlin", "second": "the capital of Germany", "label": "yes"},
    ],
    "multiple_choice": [
        {
            "id": "0",
            "context": "the cat",
            "question": None,
            "choices": ["sleeps", "jumps over the dog"],
            "label": 0,
        },
        {
            "id": "1",
            "context": "the capital of Germany is",
            "question": None,
            "choices": ["Paris", "Berlin"],
            "label": 1,
        },
    ],
    "token_labels": [
        {"id": "0", "tokens": ["the", "fox", "jumps"], "labels": ["no", "yes", "no"], "marked": None},
        {"id": "1", "tokens": ["Berlin"], "labels": ["yes"], "marked": None},
    ],
    "span_qa": [
        {
            "id": "0",
            "question": "who sleeps?",
            "context": "the cat sleeps in the sun",
            "answers": ["cat"],
            "starts": [4],
        }
    ],
}
READING = {"max_tokens": 32, "stride": 8, "max_answer_tokens": 8}
LABELS = ["no", "yes"]
LABELLED = ("sentence_classification", "token_labels")


@pytest.fixture(scope="module", params=CONFIGS)
def folder(request, tmp_path_factory, tiny_tokenizer):
    """Folder of a random encoder of each architecture; read only."""
    family, size = CONFIGS[request.param]
    config = getattr(transformers, f"{family}Config")(
        vocab_size=len(tiny_tokenizer), pad_token_id=1, bos_token_id=0, eos_token_id=2, **size
    )
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp(request.param)
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return folder


def _batch(kind, tokenizer):
    features = kinds.of(kind).encode(EXAMPLES[kind], tokenizer, READING, LABELS)
    return features, padding.collator(tokenizer)(features)


def _fresh(folder, kind, pooling="first"):
    labels = LABELS if kind in LABELLED else []
    return encoders.with_fresh_head(folder, kinds.of(kind).AUTO_CLASS, labels, pooling, seed=1)


def test_every_architecture_of_the_catalogue_is_tested_here():
    declared = {architectures.of(entry) for entry in catalog.load()["models"].values()}
    assert declared <= CONFIGS.keys()


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_head_learns_is_saved_and_predicts_alike_when_loaded(folder, kind, tiny_tokenizer, tmp_path):
    model = _fresh(folder, kind).train()
    features, batch = _batch(kind, tiny_tokenizer)
    before = {name: weights.clone() for name, weights in model.named_parameters()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = model(**batch).loss
    loss.backward()
    optimizer.step()
    assert torch.isfinite(loss)
    changed = {name for name, w in model.named_parameters() if not torch.equal(w, before[name])}
    inner = {id(weights) for weights in model.base_model.parameters()}
    of_encoder = {name for name, weights in model.named_parameters() if id(weights) in inner}
    assert changed & of_encoder and changed - of_encoder
    model.save_pretrained(tmp_path)
    outputs = kinds.of(kind).OUTPUTS
    loaded = encoders.load_checkpoint(tmp_path, kinds.of(kind).AUTO_CLASS)
    for ours, theirs in zip(
        inference.outputs_of(model, features, tiny_tokenizer, outputs),
        inference.outputs_of(loaded, features, tiny_tokenizer, outputs),
        strict=True,
    ):
        assert (ours == theirs).all()


@torch.inference_mode()
def test_mean_pooling_reads_all_tokens_and_no_padding(folder, tiny_tokenizer):
    model = _fresh(folder, "sentence_classification", "mean").eval()
    short, long = "the cat sleeps", "the quick brown fox jumps over the lazy dog and the cat"
    padded = tiny_tokenizer([short, long], padding=True, return_tensors="pt")
    alone = tiny_tokenizer([short], return_tensors="pt")
    torch.testing.assert_close(model(**padded).logits[0], model(**alone).logits[0], atol=1e-5, rtol=1e-4)
    first = _fresh(folder, "sentence_classification", "first").eval()
    assert not torch.allclose(first(**alone).logits, model(**alone).logits, atol=1e-6)


@torch.inference_mode()
def test_embeddings_for_retrieval_come_from_any_hidden_state(folder, tiny_tokenizer):
    encoder = encoders.load_encoder(folder)
    features = [{"input_ids": [0, 7, 8, 2], "attention_mask": [1, 1, 1, 1]}]
    assert encoders.retrieval_layer(encoder, "default") == 1
    for layer in (0, 1, 2):
        (vector,) = inference.embeddings_of(encoder, features, tiny_tokenizer, layer)
        assert vector.shape == (32,)


def test_the_encoder_of_a_fine_tuned_checkpoint_starts_the_next_task(folder, tmp_path):
    earlier = _fresh(folder, "sentence_classification")
    with torch.no_grad():
        for weights in earlier.parameters():
            weights += 0.125
    earlier.save_pretrained(tmp_path)
    later = _fresh(tmp_path, "span_qa")
    ours, theirs = earlier.base_model.state_dict(), later.base_model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours if not name.startswith("pooler."))


def test_several_heads_and_masked_lm_share_one_encoder(folder, tiny_tokenizer, tmp_path):
    kinds_joined = ["sentence_classification", "multiple_choice", "token_labels", "span_qa"]
    learnt = [
        streams.Task(
            {"name": kind, "kind": kind, "labels": LABELS if kind in LABELLED else [], "reading": READING},
            {"train": EXAMPLES[kind], "tune": EXAMPLES[kind]},
            tiny_tokenizer,
        )
        for kind in kinds_joined
    ]
    if architectures.MASKED_LM in architectures.heads_of(encoders.load_encoder(folder).config.model_type):
        rows = [{"text": "the cat sleeps in the sun and the fox jumps over it"}] * 8
        declared = {"mask_rate": 0.5, "max_tokens": 32}
        learnt.append(streams.Text(declared, {"train": rows, "tune": rows}, tiny_tokenizer))
    joint = Joint(learnt, folder, {"seed": 1, "pooling": "mean", "freeze": "nothing", "engine": {}})
    embeddings = joint.heads[0].get_input_embeddings().weight
    for number, stream in enumerate(learnt):
        joint.zero_grad()
        features = stream.features(range(len(stream.lengths)), torch.Generator().manual_seed(1))
        loss = joint(number, stream.batch(features))
        loss.backward()
        assert torch.isfinite(loss)
        assert embeddings.grad is not None and embeddings.grad.abs().sum() > 0, stream.name
    for stream, head in joint.tasks():  # each computes as it would alone
        head.save_pretrained(tmp_path / stream.name)
        alone = encoders.load_checkpoint(tmp_path / stream.name, stream.kind.AUTO_CLASS)
        features = stream.features(range(len(stream.lengths)), None)
        together, apart = (
            inference.outputs_of(model, features, tiny_tokenizer, stream.kind.OUTPUTS)
            for model in (head, alone)
        )
        assert all((ours == theirs).all() for ours, theirs in zip(together, apart, strict=True)), stream.name


def test_parameters_are_those_of_the_encoder_alone(folder):
    inner, total = encoders.count_parameters(folder)
    encoder = encoders.load_encoder(folder)
    counted = {id(w): w.numel() for n, w in encoder.named_parameters() if not n.startswith("pooler.")}
    assert total == sum(counted.values())
    assert inner <= total - encoder.get_input_embeddings().weight.numel()


def test_inputs_longer_than_the_positions_are_refused(folder):
    model = encoders.load_encoder(folder)
    allowed = architectures.positions(model.config.to_dict())
    if allowed is None:  # relative positions alone
        encoders.check_length(folder, 10**6)
        return
    encoders.check_length(folder, allowed)
    with pytest.raises(AtlasError, match=f"max_tokens {allowed + 1}, .* Set `max_tokens: {allowed}`"):
        encoders.check_length(folder, allowed + 1)
    with torch.inference_mode():  # as long as it may be, it runs
        if allowed <= 1024:
            model(input_ids=torch.full((1, allowed), 7), attention_mask=torch.ones(1, allowed).long())


def test_another_architecture_than_declared_is_refused(folder):
    encoders.check_architecture(folder, None)
    with pytest.raises(AtlasError, match=r"says `architecture: rembert`. Correct it"):
        encoders.check_architecture(folder, "rembert")
