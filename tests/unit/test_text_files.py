"""Tab-separated text without a header: rows, sentences, and lines that do not fit."""

import pytest

from atlas.data import ccg_stand_in
from atlas.errors import AtlasError
from atlas.sources import local, text_files


def _source(path, layout, *names):
    return {"local": str(path), "split": "train", "format": layout, "names": list(names)}


def test_a_row_a_line(tmp_path):
    path = tmp_path / "zh-en.dev.zh"
    path.write_text('zh-1\t一\nzh-2\t"二\n', encoding="utf-8")  # a lone quotation mark is text
    table, revision, files = local.fetch_table(_source(path, "row_per_line", "id", "text"))
    assert table.to_pylist() == [{"id": "zh-1", "text": "一"}, {"id": "zh-2", "text": '"二'}]
    assert revision is None and list(files) == ["zh-en.dev.zh"]


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n"])
def test_a_token_a_line_with_blank_lines_between_sentences(tmp_path, end):
    path = tmp_path / "train.tsv"
    path.write_text("\nthe\tNP/N\ndog\tN\n\n\nsleeps\tS\\NP" + end, encoding="utf-8", newline="")
    rows = text_files.read_sentences(path, ["token", "tag"]).to_pylist()
    assert rows == [
        {"token": ["the", "dog"], "tag": ["NP/N", "N"]},
        {"token": ["sleeps"], "tag": ["S\\NP"]},
    ]


@pytest.mark.parametrize("line", ["dog N", "dog\tN\tN"])
def test_another_number_of_columns_is_refused_with_file_line_and_fix(tmp_path, line):
    path = tmp_path / "train.tsv"
    path.write_text(f"the\tNP/N\n{line}\n", encoding="utf-8")
    with pytest.raises(AtlasError) as caught:
        local.fetch_table(_source(path, "token_per_line", "token", "supertag"))
    message = str(caught.value)
    assert "train.tsv, line 2: " in message and "names 2 (token, supertag)" in message and "\n" not in message
    assert "Correct the file" in message


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "train.tsv").write_text("")
    with pytest.raises(AtlasError, match="has no rows"):
        local.fetch_table(_source(tmp_path / "train.tsv", "token_per_line", "token", "tag"))


def test_the_stand_in_for_ccgbank_is_read_as_ccgbank_would_be(tmp_path):
    ccg_stand_in.write(tmp_path)
    rows = text_files.read_sentences(tmp_path / "train.tsv", ["token", "tag"]).to_pylist()
    assert len(rows) == 400
    assert all(len(row["token"]) == len(row["tag"]) >= 4 for row in rows)
    tags = {tag for row in rows for tag in row["tag"]}
    assert tags == set((tmp_path / "supertags.txt").read_text().split())
