"""Splits a sentence into word pieces of an uncased BERT vocabulary (Devlin et al. 2019, arXiv 1810.04805)."""

import unicodedata
from collections.abc import Iterable, Iterator

BEGIN, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
LONGEST_WORD = 100  # characters; a longer one is unknown, as in the reference
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPieces:
    """Text to numbers of the vocabulary, [CLS] first and [SEP] last."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """`vocabulary`: its pieces in the order of their numbers; raises KeyError without the three marks."""
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._begin, self._end, self.unknown = (self._numbers[mark] for mark in (BEGIN, END, UNKNOWN))

    def __call__(self, text: str) -> tuple[int, ...]:
        """Numbers of the pieces of any text; what the vocabulary lacks is `unknown`."""
        pieces = (piece for word in words(text) for piece in self._pieces(word))
        return (self._begin, *pieces, self._end)

    def _pieces(self, word: str) -> list[int]:
        """The longest piece that fits, again and again; one unknown where no piece does."""
        if len(word) > LONGEST_WORD:
            return [self.unknown]
        found: list[int] = []
        at = 0
        while at < len(word):
            mark = "##" if at else ""
            end = next((e for e in range(len(word), at, -1) if mark + word[at:e] in self._numbers), at)
            if end == at:
                return [self.unknown]
            found.append(self._numbers[mark + word[at:end]])
            at = end
        return found


def words(text: str) -> Iterator[str]:
    """Lower-case words without accents; each mark of punctuation and each ideograph stands alone."""
    cleaned = "".join(_spaced(sign) for sign in text)
    folded = unicodedata.normalize("NFD", cleaned).lower()
    bare = "".join(sign for sign in folded if unicodedata.category(sign) != "Mn")
    for word in bare.split():
        yield from "".join(_apart(sign) for sign in word).split()


def _spaced(sign: str) -> str:
    """Blanks as one kind, ideographs set apart, control characters gone."""
    kind = unicodedata.category(sign)
    if sign in "\t\n\r" or kind.startswith("Z"):
        return " "
    if sign in "\x00\ufffd" or kind in ("Cc", "Cf", "Co"):
        return ""
    return f" {sign} " if any(low <= ord(sign) <= high for low, high in _IDEOGRAPHS) else sign


def _apart(sign: str) -> str:
    """Punctuation between blanks."""
    ascii_mark = 33 <= ord(sign) <= 126 and not sign.isalnum()
    return f" {sign} " if ascii_mark or unicodedata.category(sign).startswith("P") else sign
