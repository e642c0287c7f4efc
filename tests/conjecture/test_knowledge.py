"""The knowledge base: every source, the cutting of long texts, and draws that come out the same again."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conjecture.knowledge import KnowledgeBase, KnowledgeSettings, cut
from conjecture.lessons import LESSONS
from verify.statements import BadInput, hub_rows


def texts(source, **options):
    return [piece.text for piece in KnowledgeBase.open(KnowledgeSettings(str(source), **options)).pieces]


def rows(path, *values):
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


def test_the_bundled_lessons_are_the_default():
    assert [piece.text for piece in KnowledgeBase.open(KnowledgeSettings()).pieces] == [one.text for one in LESSONS]


def test_a_json_lines_file_gives_the_beginning_of_each_distinct_row(tmp_path):
    source = rows(tmp_path / "k.jsonl", {"body": "One two. Three four."}, {"body": "  "}, {"body": "B"}, {"body": "B"})
    assert texts(source, field="body", max_characters=10) == ["One two.", "B"]
    packed = tmp_path / "k.jsonl.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    assert texts(packed, field="body", max_characters=10) == ["One two.", "B"]


def test_a_parquet_file(tmp_path):
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"text": ["A", "B", "C"]}), tmp_path / "k.parquet")
    assert texts(tmp_path / "k.parquet", pieces=2) == ["A", "B"]


def test_a_text_file_and_a_directory_are_cut_from_end_to_end(tmp_path):
    (tmp_path / "b.txt").write_text("One two.\n\nThree four.")
    (tmp_path / "a.md").write_text("# A")
    (tmp_path / "c.log").write_text("not a text")
    assert texts(tmp_path / "b.txt", max_characters=12) == ["One two.", "Three four."]
    assert texts(tmp_path, max_characters=12) == ["# A", "One two.", "Three four."]


def test_a_stream_is_read_no_further_than_asked(tmp_path):
    (tmp_path / "data").mkdir()
    rows(tmp_path / "data" / "train.jsonl", *({"text": f"text {n}"} for n in range(5)), {"text": 7})
    streamed = hub_rows(str(tmp_path / "data"), "train", streaming=True)
    assert [next(streamed)["text"] for _ in range(2)] == ["text 0", "text 1"]


def test_nothing_is_read_behind_the_last_piece(tmp_path):
    source = rows(tmp_path / "k.jsonl", {"text": "A"}, {"text": "B"}, {"other": "C"})
    assert texts(source, pieces=2) == ["A", "B"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("k.jsonl", '{"body": "A"}\n', "no text in the field 'text'; it has body"),
        ("k.jsonl", '{"text": 3}\n', "no text in the field 'text'"),
        ("k.jsonl", "no json\n", "line 1: not JSON"),
        ("k.jsonl", '{"text": " "}\n', "holds no text"),
        ("k.txt", " \n", "holds no text"),
        ("k.pdf", "x", "not a .json"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, name, content, says):
    (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match=says) as raised:
        texts(tmp_path / name)
    assert "\n" not in str(raised.value)


def test_files_that_are_not_there_and_directories_without_texts(tmp_path):
    for name in ("none.txt", "none.jsonl"):
        with pytest.raises(BadInput, match="No such file"):
            texts(tmp_path / name)
    with pytest.raises(BadInput, match="holds no texts"):
        texts(tmp_path)
    (tmp_path / "k.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(BadInput, match=r"k\.txt"):
        texts(tmp_path / "k.txt")


def test_draws_are_made_of_the_seed_and_the_step_and_go_through_all_pieces():
    base = KnowledgeBase.open(KnowledgeSettings())
    lap = [base.draw(3, step)[0] for step in range(len(LESSONS))]
    assert set(lap) == set(base.pieces)
    assert [base.draw(3, step)[0] for step in range(len(LESSONS))] == lap
    assert [base.draw(4, step)[0] for step in range(len(LESSONS))] != lap
    assert [base.draw(3, len(LESSONS) + step)[0] for step in range(len(LESSONS))] != lap
    assert base.draw(3, 1, 4) == lap[4:8]
    with pytest.raises(ValueError):
        base.draw(3, 1, 0)


@given(st.text(alphabet="ab. \n", max_size=200), st.integers(1, 40))
def test_pieces_are_short_and_lose_nothing_but_white_space(text, limit):
    pieces = list(cut(text, limit))
    assert all(0 < len(piece) <= limit and piece == piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_where_a_piece_ends():
    assert list(cut("aaaa bbbb. cccc dddd", 16)) == ["aaaa bbbb.", "cccc dddd"]
    assert list(cut("aaaa bbbb\n\ncccc. dddd", 17)) == ["aaaa bbbb", "cccc. dddd"]
    assert list(cut("aaaa bbbb cccc", 11)) == ["aaaa bbbb", "cccc"]
    assert list(cut("aaaaaaaa", 3)) == ["aaa", "aaa", "aa"]
