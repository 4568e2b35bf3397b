"""A translation model made in memory: random, but of the real class and with real files."""

import json

import sentencepiece
import torch
from transformers import GenerationConfig, MarianConfig, MarianMTModel, MarianTokenizer


def build(folder, texts, seed=0):
    """Write a Marian model of one layer whose vocabulary covers `texts`; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(texts), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(folder / "source"), vocab_size=200, hard_vocab_limit=False,
        minloglevel=2, character_coverage=1.0,
    )  # fmt: skip
    corpus.unlink()
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    pieces = [line.split("\t")[0] for line in (folder / "source.vocab").read_text().splitlines()]
    (folder / "source.vocab").unlink()
    vocabulary = dict.fromkeys(["</s>", "<unk>", *(p for p in pieces if not p.startswith("<")), "<pad>"])
    numbered = {piece: number for number, piece in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(numbered))
    MarianTokenizer(
        source_spm=str(folder / "source.spm"), target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(seed)
    pad = numbered["<pad>"]
    size = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
            "decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32}  # fmt: skip
    config = MarianConfig(
        vocab_size=len(numbered), decoder_vocab_size=len(numbered), pad_token_id=pad, eos_token_id=0,
        decoder_start_token_id=pad, forced_eos_token_id=0, max_position_embeddings=128, init_std=1.0, **size,
    )  # fmt: skip
    model = MarianMTModel(config)
    model.generation_config = GenerationConfig(
        pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, bad_words_ids=[[pad]]
    )
    model.save_pretrained(folder)
    return folder
