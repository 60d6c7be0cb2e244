"""Word pieces: the reference's rules on its corner cases, and equal to the published reader."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myoedge.edge.wordpiece import WordPieces, words

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "turn", "key", "##s", "a", "un", "##lock", ",", "日", "e"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Turn a KEY", ["turn", "a", "key"]),
        ("keys,unlock", ["key", "##s", ",", "un", "##lock"]),
        ("turnip key", ["[UNK]", "key"]),
        ("é É", ["e", "e"]),
        ("a日a", ["a", "日", "a"]),
        ("ke\u00ady \x07a\tturn\u2003e", ["key", "a", "turn", "e"]),
        ("k" * 101, ["[UNK]"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_the_longest_pieces(text: str, pieces: list[str]) -> None:
    assert [PIECES[number] for number in WordPieces(PIECES)(text)] == ["[CLS]", *pieces, "[SEP]"]


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_and_all_its_words_are_bare(text: str) -> None:
    WordPieces(PIECES)(text)
    for word in words(text):
        assert word and not any(unicodedata.category(sign) in ("Mn", "Cc", "Zs") for sign in word)


@given(st.text(st.characters(max_codepoint=0x2FF), max_size=60))
def test_latin_text_is_read_as_the_published_reader_reads_it(text: str) -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="the published reader is not installed")
    vocabulary = {piece: number for number, piece in enumerate(PIECES)}
    theirs = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    theirs.normalizer = tokenizers.normalizers.BertNormalizer()
    theirs.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    assert list(WordPieces(PIECES)(text))[1:-1] == theirs.encode(text).ids
