"""Key findings in the text of a report: what is named, and whether it is denied or doubted.

The method is that of NegEx and ConText (Chapman 2001, Harkema 2009) with rules of its own for
Korean, where the predicate that denies a finding follows it. In a sentence each cue
reaches over the findings on its side until a predicate, a conjunction such as "but" or -으나, or a
finding that is not joined to the last ("no enhancement in the mass").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ris.findings.cues import CUE, KINDS, Cue
from ris.findings.lexicon import CONCEPTS, FINDING


@dataclass(frozen=True, slots=True)
class KeyFinding:
    """``start`` and ``end`` count characters (code points) of the text as it was given.

    ``historical``: the sentence speaks of it as past ("history of", 과거력).
    """

    concept: str
    code: str | None
    term: str
    start: int
    end: int
    negated: bool
    uncertain: bool
    historical: bool


@dataclass(slots=True)
class _Token:
    """A finding (``concept`` set) or a cue (``cue`` set) of one sentence."""

    start: int
    end: int
    concept: str = ""
    cue: Cue | None = None
    negated: bool = False
    uncertain: bool = False
    doubted: bool = False
    unlikely: bool = False
    historical: bool = False


_AFTER = {
    Cue.DOUBT_AFTER: "doubted",
    Cue.UNLIKELY_AFTER: "unlikely",
    Cue.RATHER_AFTER: "negated",
    Cue.NEGATION_AFTER: "negated",
    Cue.UNCERTAIN_AFTER: "uncertain",
    Cue.PAST_AFTER: "historical",
}
_BEFORE = {
    Cue.DOUBT_BEFORE: "doubted",
    Cue.RATHER_BEFORE: "negated",
    Cue.NEGATION_BEFORE: "negated",
    Cue.SUGGESTING: "uncertain",
    Cue.UNCERTAIN_BEFORE: "uncertain",
    Cue.UNCERTAIN: "uncertain",
    Cue.PAST_BEFORE: "historical",
}
_RATHER = frozenset((Cue.RATHER_BEFORE, Cue.RATHER_AFTER))
_DOUBTS = frozenset((Cue.SUGGESTING, Cue.UNCERTAIN, Cue.UNCERTAIN_BEFORE, Cue.UNCERTAIN_AFTER))
_ENDS = frozenset(
    (
        Cue.STATED,
        Cue.STOP,
        Cue.DOUBT_AFTER,
        Cue.UNLIKELY_AFTER,
        Cue.RATHER_BEFORE,
        Cue.RATHER_AFTER,
        Cue.NEGATION_AFTER,
    )
)
_REACH = 40
"""Findings and cues that one cue looks at, so that a text without a full stop takes linear time."""
_LIMIT = 80
"""Characters between two findings beyond which they are not of one list."""
_SENTENCE_END = re.compile(r"[.!?。](?=\s|$)|[\n\r;]")
_ABBREVIATION = re.compile(r"(?:^|[^a-z])(?:rt|lt|vs|op|approx|dr|hx|[a-z])$")
_JOINED = re.compile(
    r"[,/·+]|(?<![a-z])(?:or|nor|and|vs|versus|including)(?![a-z])|(?: |^)(?:및|또는|혹은)(?: |$)"
    r"|^(?:이나|나|과|와|이랑)(?= |$)|[가-힣](?:이나|과|와) "
)
_APART = re.compile(
    r":|(?<![a-z])(?:in|of|within|at|around|near|beneath|along|with|by|to|from|for|on)(?![a-z])"
    r"|(?:^| )(?:내|내부|주위|주변|안)(?:의|에)?(?= |$)|^의(?= )|(?:에|로|에서)(?= |$)|동반|보이는"
)


def key_findings(text: str) -> list[KeyFinding]:
    """The findings in the order of the text. Takes time linear in its length."""
    read = "".join(map(_plain, text))
    return [
        _finding(token)
        for start, end in _sentences(read)
        for token in _sentence_findings(read, start, end)
    ]


def _plain(character: str) -> str:
    """In lower case, and a control character as a space: one character stays one."""
    if (character < " " and character not in "\n\r") or "\x7f" <= character <= "\xa0":
        return " "
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _sentences(read: str) -> Iterator[tuple[int, int]]:
    """Start and end; a question mark belongs to its sentence."""
    start = 0
    for mark in _SENTENCE_END.finditer(read):
        is_dot = mark[0] == "."
        if is_dot and _ABBREVIATION.search(read, max(start, mark.start() - 8), mark.start()):
            continue
        yield start, mark.end()
        start = mark.end()
    yield start, len(read)


def _sentence_findings(read: str, start: int, end: int) -> list[_Token]:
    tokens = sorted((*_named(read, start, end), *_cues(read, start, end)), key=lambda t: t.start)
    in_doubt = any(token.cue in _DOUBTS for token in tokens)
    for place, token in enumerate(tokens):
        if token.cue is not None:
            before = tokens[max(0, place - _REACH) : place][::-1]
            _apply(read, before, token.cue, tokens[place + 1 : place + 1 + _REACH], in_doubt)
    found = [token for token in tokens if token.concept]
    if read.endswith("?", start, end):
        for token in found:
            token.uncertain = True
    return found


def _apply(read: str, before: list[_Token], cue: Cue, after: list[_Token], in_doubt: bool) -> None:
    """Mark what a cue reaches; ``before``: nearest first. "Likely A rather than B" doubts B."""
    attribute = _AFTER.get(cue) or _BEFORE.get(cue) or ""
    if cue in _RATHER and in_doubt:
        attribute = "unlikely"
    if cue == Cue.VERSUS:
        _mark(read, before, "uncertain")
        _mark(read, after, "uncertain")
    elif cue in _AFTER:
        _mark(read, before, attribute)
    elif cue in _BEFORE:
        reached = _mark(read, after, attribute)
        if not reached and cue == Cue.UNCERTAIN:
            _mark(read, before, attribute)


def _named(read: str, start: int, end: int) -> Iterator[_Token]:
    for match in FINDING.finditer(read, start, end):
        name = match.lastgroup or ""
        if name == "not_enhancing":
            yield _Token(match.start(), match.end(), "enhancement", negated=True)
        elif name != "none":
            yield _Token(match.start(), match.end(), name)


def _cues(read: str, start: int, end: int) -> Iterator[_Token]:
    for match in CUE.finditer(read, start, end):
        kind = KINDS[int((match.lastgroup or "c0")[1:])]
        if kind != Cue.NEUTRAL:
            yield _Token(match.start(), match.end(), cue=kind)


def _mark(read: str, tokens: list[_Token], attribute: str) -> bool:
    """Set ``attribute`` on the findings that a cue reaches; whether it reached any."""
    last: _Token | None = None
    suggested = False
    for token in tokens:
        if token.cue == Cue.SUGGESTING and attribute == "negated":
            suggested = True
            continue
        if token.cue is not None:
            if last is not None or token.cue in _ENDS:
                break
            continue
        if last is not None and not suggested and not _joined(read, last, token):
            break
        setattr(token, attribute, True)
        last = token
    return last is not None


def _joined(read: str, one: _Token, other: _Token) -> bool:
    """Whether two findings with no cue between them are of one list or one phrase."""
    first, second = sorted((one, other), key=lambda token: token.start)
    if second.start - first.end > _LIMIT:
        return False
    gap = read[first.end : second.start].rstrip()
    return bool(_JOINED.search(gap)) or not _APART.search(gap)


def _finding(token: _Token) -> KeyFinding:
    concept = CONCEPTS[token.concept]
    negated = (token.negated and not token.doubted) or token.unlikely
    return KeyFinding(
        concept=token.concept,
        code=concept.code,
        term=concept.term,
        start=token.start,
        end=token.end,
        negated=negated,
        uncertain=token.doubted or token.unlikely or (token.uncertain and not negated),
        historical=token.historical,
    )
