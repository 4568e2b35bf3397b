"""Tokenised examples are kept once per tokenizer and length, and change no bit of a training."""

import pytest

from atlas import artifacts, kinds, manifests
from atlas.engine import checkpoints, encoders, training
from atlas.engine.features import Cache
from tests.unit.test_checkpoints import inputs  # noqa: F401 (fixture)
from tests.unit.test_joint import MLM, QUESTIONS, SPANS, TEXT
from tests.unit.test_loop import TAGGED, TAGS
from tests.unit.test_training import SPEC, STREAM, _weights, sentiment

CHOICES = [
    {
        "id": "0",
        "context": "the cat",
        "question": "sleeps",
        "choices": ["well", "the house is good"],
        "label": 1,
    }
]
CHOICE = {**STREAM, "kind": "multiple_choice", "labels": []}


def _prepared(folder, rows, stream):
    artifacts.write_table(folder / "train.parquet", rows, "k", kinds.of(stream["kind"]).EXAMPLES)
    tables = {"train": {"file": "train.parquet", "key": "k"}}
    manifests.write(folder / "manifest.json", "prepared", ["train.parquet"], tables=tables)
    return folder / "manifest.json"


def _kept(manifest):
    return sorted(manifest.parent.glob(".features/*/*.parquet"))


def _never():
    raise AssertionError("made again")


@pytest.mark.parametrize(
    ("stream", "rows"),
    [(STREAM, sentiment(1)), (TAGS, TAGGED), (SPANS, QUESTIONS[:3]), (CHOICE, CHOICES)],
    ids=["sentences", "tags", "spans", "choices"],
)
def test_what_is_read_is_what_was_made(tiny_tokenizer, tmp_path, stream, rows):
    cache = Cache(_prepared(tmp_path, rows, stream), "code")
    kind = kinds.of(stream["kind"])

    def make():
        return kind.encode(rows, tiny_tokenizer, stream["reading"], stream["labels"])

    made = cache.get("train", "how", tiny_tokenizer, make)
    assert made == [{name: value for name, value in row.items() if name != "about"} for row in make()]
    assert cache.get("train", "how", tiny_tokenizer, _never) == made


def test_one_tokenizer_has_one_file_wherever_it_lies(tiny_tokenizer, tmp_path):
    manifest = _prepared(tmp_path, sentiment(1), STREAM)
    tiny_tokenizer("the good one", truncation=True, max_length=4)  # leaves its settings in the tokenizer
    tiny_tokenizer.save_pretrained(tmp_path / "copy")
    again = encoders.load_tokenizer(tmp_path / "copy")
    cache, rows = Cache(manifest, "code"), [{"input_ids": [1, 2]}]
    cache.get("train", "how", tiny_tokenizer, lambda: rows)
    assert cache.get("train", "how", again, _never) == rows
    again.add_tokens(["good one"])
    for changed in [(cache, "how", again), (cache, "longer", tiny_tokenizer)]:
        with pytest.raises(AssertionError):
            changed[0].get("train", changed[1], changed[2], _never)
    with pytest.raises(AssertionError):
        Cache(manifest, "other code").get("train", "how", tiny_tokenizer, _never)


def _cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [_cut, _flip])
def test_a_damaged_file_is_made_again(tiny_tokenizer, tmp_path, damage, caplog):
    cache = Cache(_prepared(tmp_path, sentiment(1), STREAM), "code")
    rows = [{"input_ids": [number % 97 for number in range(row, row + 50)]} for row in range(50)]
    cache.get("train", "how", tiny_tokenizer, lambda: rows)
    damage(*_kept(tmp_path / "manifest.json"))
    assert cache.get("train", "how", tiny_tokenizer, lambda: rows) == rows
    assert "made again" in caplog.text
    assert cache.get("train", "how", tiny_tokenizer, _never) == rows


def test_without_room_for_it_a_training_goes_on(tiny_tokenizer, tmp_path, monkeypatch, caplog):
    cache = Cache(_prepared(tmp_path, sentiment(1), STREAM), "code")

    def full(*arguments, **settings):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    assert cache.get("train", "how", tiny_tokenizer, lambda: [{"input_ids": [1]}]) == [{"input_ids": [1]}]
    assert "No space left" in caplog.text and not _kept(tmp_path / "manifest.json")


def test_trainings_share_features_and_learn_the_same_bits(request, tiny_model, monkeypatch):
    encoder, examples, manifest = request.getfixturevalue("inputs")
    alone = _weights(training.fit(tiny_model, [{"train": sentiment(), "tune": sentiment(1)}], SPEC)[0])
    made = []
    encode = kinds.of(STREAM["kind"]).encode

    def counted(rows, *given):
        made.append(len(rows))
        return encode(rows, *given)

    monkeypatch.setattr(kinds.of(STREAM["kind"]), "encode", counted)
    for seed, place in ((1, "one"), (2, "two")):
        target = manifest.parent / place / "manifest.json"
        checkpoints.make({**SPEC, "seed": seed}, "code", encoder, examples, target)
        if seed == 1:
            saved = encoders.load_checkpoint(target.parent, "AutoModelForSequenceClassification")
            assert _weights(saved) == alone
    assert made == [8, 32, 8]  # the selection set each time, the training set once
    assert len(_kept(examples[0])) == 1


def test_text_is_kept_too(tiny_model, tmp_path):
    artifacts.write_table(tmp_path / "train.parquet", sentiment(1), "k", kinds.of(STREAM["kind"]).EXAMPLES)
    manifests.write(
        tmp_path / "manifest.json", "text", ["train.parquet"], tables={"train": {"file": "train.parquet"}}
    )
    spec = {**SPEC, "streams": [], "mlm": MLM}
    texts = {"train": TEXT, "tune": TEXT[:2]}
    cached = training.fit(tiny_model, [], spec, texts, caches=[Cache(tmp_path / "manifest.json", "code")])
    assert len(_kept(tmp_path / "manifest.json")) == 1
    assert _weights(cached[0]) == _weights(training.fit(tiny_model, [], spec, texts)[0])
