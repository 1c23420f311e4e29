"""Words as the search tables know them: how text is split, what a query asks for, and where text matches it.

Most search tables hold no text of their own, so what `indexable` makes of a text must never change without a
migration that fills them anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import msgspec

# Writing without spaces between words, where each character becomes a word of its own: Thai, Lao, Tibetan, Myanmar,
# Hangul, Khmer, kana, bopomofo, Han. Fixed ranges, because `unicodedata` differs between versions of Python.
_UNSPACED = (
    "\u0e01-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3105-\u312f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED_CHARACTER = re.compile(f"([{_UNSPACED}])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_QUERY_PART = re.compile(r'(-?)"([^"]*)"?|(-?)([^\s"]+)')

_LONGEST_QUERY = 400
_MOST_WORDS = 32
_SHORTEST_PREFIX = 3

Piece = tuple[str, bool]


class Query(msgspec.Struct, frozen=True):
    """What a person asks for: expressions for FTS5, and the pattern that finds what is wanted in folded text.

    `match` says what must be there, and what must not. `whole` is `match` with the last word as it stands; `begun` is
    that word where it may be the begin of one, else '', and `certain` is `whole` without what else may stand for it.
    `one_word` is the word that alone is asked for, '' where there are more, or none but a phrase.
    """

    match: str
    whole: str
    begun: str
    certain: str
    one_word: str
    pattern: re.Pattern[str]


def indexable(text: str) -> str:
    """Text as it is handed to FTS5: folded, and characters of unspaced writing set apart.

    Folded here, because FTS5's own `remove_diacritics` knows Latin letters alone.
    """
    if text.isascii():
        return text.replace("\0", " ").lower()
    plain = unicodedata.normalize("NFKC", _UNSTORABLE.sub(" ", text))
    return _UNSPACED_CHARACTER.sub(r" \1 ", fold(plain))


def parse_query(text: str, endings: Sequence[str] = ()) -> Query | None:
    """What any text asks for; None where it names no word.

    `"…"` is a phrase, `-word` must not occur, all other words must, but of words with `OR` between them one is enough;
    the last word may be the begin of one from three letters on: of any word, or of `endings` alone.
    """
    parts = _named(text)
    wanted = _grouped(parts)
    if not wanted:
        return None
    *others, last = wanted[-1]
    goes_on = _may_go_on(last)
    may_go_on = msgspec.structs.replace(last, is_prefix=goes_on, endings=tuple(endings) if goes_on else ())
    begun = [*wanted[:-1], [*others, may_go_on]]
    unwanted = _any_unwanted(parts)
    pattern = re.compile("|".join(_pattern(part) for group in begun for part in group))
    return Query(
        match=_all_of(begun, unwanted),
        whole=_all_of(wanted, unwanted),
        begun=last.tokens[-1] if goes_on else "",
        certain=_all_of([*wanted[:-1], [last]], unwanted),
        one_word=last.tokens[0] if len(parts) == len(last.tokens) == 1 else "",
        pattern=pattern,
    )


def unwanted_in(text: str) -> str:
    """What must not be there, also of a text that names nothing else; '' for nothing."""
    return _any_unwanted(_named(text))


def _named(text: str) -> list[_Part]:
    return [part for part in _parts(text[:_LONGEST_QUERY]) if part.tokens][:_MOST_WORDS]


def _grouped(parts: Sequence[_Part]) -> list[list[_Part]]:
    """What must be there: each part alone, but in one group those between which OR stands.

    OR beside something else than two of these says nothing; it is a word where there is no other.
    """
    groups: list[list[_Part]] = []
    follows = is_joined = False  # whether the part before must be there, and whether OR stands behind it
    for part in parts:
        if part.is_or and len(parts) > 1:
            is_joined = is_joined or follows
            continue
        if not part.negative and is_joined:
            groups[-1].append(part)
        elif not part.negative:
            groups.append([part])
        follows, is_joined = not part.negative, False
    return groups


def _any_unwanted(parts: list[_Part]) -> str:
    return " OR ".join(_expression(part) for part in parts if part.negative)


def _all_of(wanted: list[list[_Part]], unwanted: str) -> str:
    match = " AND ".join(map(_any_of, wanted))
    return f"({match}) NOT ({unwanted})" if unwanted else match


def _any_of(group: list[_Part]) -> str:
    match = " OR ".join(map(_expression, group))
    return f"({match})" if len(group) > 1 else match


class _Part(msgspec.Struct, frozen=True):
    tokens: tuple[str, ...]
    negative: bool
    is_quoted: bool
    is_or: bool
    is_prefix: bool = False
    endings: tuple[str, ...] = ()


def _parts(text: str) -> Iterator[_Part]:
    for quoted_minus, quoted, minus, word in _QUERY_PART.findall(text):
        found, negative = tokens(quoted or word), bool(quoted_minus or minus)
        yield _Part(found, negative, is_quoted=bool(quoted), is_or=word == "OR" and not negative)


class _Separating(dict[int, str]):
    """Each character, or a space for what separates words: as `categories` says in the search tables."""

    def __missing__(self, code: int) -> str:
        category = unicodedata.category(chr(code))
        self[code] = kept = chr(code) if category[0] in "LN" or category in ("Co", "Mn", "Mc") else " "
        return kept


_SEPARATING = _Separating()


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, as FTS5 has them."""
    return tuple(indexable(text).translate(_SEPARATING).split())


def _may_go_on(part: _Part) -> bool:
    last = part.tokens[-1]
    return not part.is_quoted and len(last) >= _SHORTEST_PREFIX and not _UNSPACED_CHARACTER.match(last)


def _expression(part: _Part) -> str:
    # Tokens are letters, digits and marks alone, so nothing in them can end the string.
    if part.endings:
        return "(" + " OR ".join(f'"{" ".join((*part.tokens[:-1], word))}"' for word in part.endings) + ")"
    return f'"{" ".join(part.tokens)}"' + ("*" if part.is_prefix else "")


def _pattern(part: _Part) -> str:
    first, *rest = part.tokens
    # The word's begin is checked after its first letters are found: so `re` can leap to these.
    begin = re.escape(first) + ("" if _UNSPACED_CHARACTER.match(first) else rf"(?<![^\W_]{re.escape(first)})")
    middle = "".join(rf"[\W_]{'*' if _UNSPACED_CHARACTER.match(token) else '+'}{re.escape(token)}" for token in rest)
    if _UNSPACED_CHARACTER.match(part.tokens[-1]):
        return begin + middle
    return begin + middle + (r"[^\W_]*" if part.is_prefix else r"(?![^\W_])")


class _Folding(dict[int, str]):
    """Each character without capitals, accents and compatibility forms; always one for one, so that places agree."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = folded = _folded(character)
        return folded


def _folded(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    if _UNSPACED_CHARACTER.match(plain):
        return plain[0]
    letter = unicodedata.normalize("NFD", plain)[0]
    return letter.casefold() if len(letter.casefold()) == 1 else letter.lower()[0]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Text in the form that is compared; as long as it was."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def marked(text: str, query: Query, *, around: int | None = None) -> tuple[Piece, ...]:
    """The text in pieces, each with whether it matches; if given, only `around` characters about the first match."""
    places = [found.span() for found in query.pattern.finditer(fold(text))]
    return in_pieces(text, places, *_window(text, places, around))


def in_pieces(text: str, places: Iterable[tuple[int, int]], low: int, high: int) -> tuple[Piece, ...]:
    """The text from `low` to `high`, cut where one of `places` (in order) begins or ends."""
    pieces: list[Piece] = []
    for start, end in places:
        cut = min(end, high)
        if low <= start < cut:
            pieces += [(text[low:start], False), (text[start:cut], True)]
            low = cut
    pieces.append((text[low:high], False))
    return tuple(piece for piece in pieces if piece[0])


def _window(text: str, places: list[tuple[int, int]], around: int | None) -> tuple[int, int]:
    if around is None or len(text) <= around:
        return 0, len(text)
    first = places[0][0] if places else 0
    begin = max(0, first - around // 3)
    begin = text.find(" ", begin, first) + 1 or begin if begin else 0
    return begin, min(len(text), begin + around)
