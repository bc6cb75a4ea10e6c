"""The words that deny, doubt or date a finding, and those that end their reach.

English cues mostly stand before the finding, Korean ones follow it. Alternatives are tried in the
order of ``_CUES``: what only looks like a negation ("no change in", "변화 없음", "배제할 수 없음")
comes before what is one. Every repetition is bounded.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Cue(StrEnum):
    NEUTRAL = "neutral"
    """Looks like a cue and is none."""
    STATED = "stated"
    """A predicate that affirms ("is seen", 있음) or a pseudo-negation: ends a reach."""
    STOP = "stop"
    DOUBT_AFTER = "doubt_after"
    """Follows the finding and lifts a negation: "cannot be excluded", 배제할 수 없음."""
    UNLIKELY_AFTER = "unlikely_after"
    RATHER_BEFORE = "rather_before"
    RATHER_AFTER = "rather_after"
    NEGATION_AFTER = "negation_after"
    DOUBT_BEFORE = "doubt_before"
    UNCERTAIN_AFTER = "uncertain_after"
    UNCERTAIN_BEFORE = "uncertain_before"
    UNCERTAIN = "uncertain"
    """On either side: of the finding after it, else of the one before."""
    SUGGESTING = "suggesting"
    """As UNCERTAIN_BEFORE, but a negation before it goes on: "no enhancement to suggest tumour"."""
    VERSUS = "versus"
    NEGATION_BEFORE = "negation_before"
    PAST_BEFORE = "past_before"
    PAST_AFTER = "past_after"


_BE = r"(?:is|are|was|were|has been|have been|be|being|been)"
_HOW = (
    r"(?:(?:also|clearly|definitely|entirely|completely|confidently|well|considered|thought) ){0,2}"
)
_SEEN = (
    r"(?:seen|identified|demonstrated|observed|detected|visuali[sz]ed|evident|noted|present|found"
    r"|shown|visible|appreciated|apparent|depicted|suspected)"
)
_DEGREE = (
    r"(?:(?:significant|definite|interval|appreciable|marked|obvious|gross|further|remarkable|large"
    r"|noticeable|evidence of|sign of|substantial|major|apparent) ){0,3}"
)
_KO_P = r"(?:이|가|은|는|도|을|를|의|에)?"
_KO_UNCHANGED = (
    r"(?:크기 ?|간격 ?|현저한 ?|유의한 ?|큰 ?)?(?<!출혈성 )"
    rf"(?:변화|증가|악화|호전|감소|차이|진행){_KO_P}"
    rf"(?: ?(?:소견|증거|양상){_KO_P})? ?"
    r"(?:없|보이지 ?않|관찰되지 ?않|뚜렷하지 ?않|되지 ?않|하지 ?않)"
)

_CUES: tuple[tuple[Cue, str], ...] = (
    (
        Cue.NEUTRAL,
        r"not only|not without|no doubt|(?:since|from|to|than) (?:the )?(?:prior|previous)"
        r"|(?:prior|previous) (?:study|studies|exam(?:ination)?s?|mri?|ct|scans?|images?|reports?)"
        r"|이전 ?검사(?:와|에 ?비해)|이전(?:과|보다|에 ?비해)|없지 ?않"
        r"|의심되지 ?않고|있는지|(?:평가|검사)하였으나",
    ),
    (
        Cue.STATED,
        rf"no {_DEGREE}(?:change|increase|decrease|progression|worsening|improvement|difference"
        r"|growth|enlargement|more)(?: (?:in|of|from))?"
        rf"|(?:{_BE} )?not {_HOW}(?:changed|increased|decreased|improved|enlarged|progressed|grown)"
        rf"|{_KO_UNCHANGED}",
    ),
    (
        Cue.DOUBT_AFTER,
        rf"(?:cannot|can not|could not|can't) be {_HOW}(?:excluded|ruled out|denied|confirmed"
        r"|established|determined|assessed|evaluated)"
        rf"|{_BE} not {_HOW}(?:excluded|ruled out)|could be missed"
        r"|배제(?:를|는|가)? ?(?:할 ?수(?:는|가|도)? ?없|못|하지(?:는)? ?못"
        r"|하기(?:는|가)? ?(?:어려|어렵|힘들)|어려|어렵|힘들|불가|되지 ?않)"
        r"|(?:없|아니|있)[가-힣]{0,3}고(?:는)? ?(?:단정|말|확정)?(?:할|하기)"
        r" ?(?:수(?:는)? ?없|어려|어렵)"
        r"|(?:알|확인할|평가할|판단할) ?수 ?없|구분(?:이|은|하기)? ?어려",
    ),
    (
        Cue.DOUBT_BEFORE,
        r"(?:cannot|can not|unable to|does not|do not|not able to|difficult to)"
        r" (?:\w{1,12} )?(?:exclude|rule out)"
        r"|no evidence to (?:exclude|rule out)"
        r"|cannot be (?:said|stated|concluded)(?: that)?(?: there (?:is|are))?(?: no)?",
    ),
    (
        Cue.UNLIKELY_AFTER,
        rf"(?:{_BE} |seems? |appears? )?{_HOW}(?:unlikely|less likely)|{_BE} not likely"
        r"|가능성(?:은|이|도)? ?(?:낮|떨어|적|희박|거의 ?없)",
    ),
    (Cue.RATHER_BEFORE, r"rather than|instead of|and not|unlikely to (?:be|represent)"),
    (Cue.RATHER_AFTER, r"보다는|보다 ?더?(?= )"),
    (
        Cue.NEGATION_AFTER,
        rf"(?:{_BE} |could )?(?:not|no longer) (?:be )?{_HOW}{_SEEN}"
        rf"|{_BE} {_HOW}(?:excluded|ruled out|absent|negative|resolved)"
        r"|(?:have|has) (?:completely |nearly |all )?(?:resolved|disappeared|cleared)"
        r"|absent|resolved"
        r"|[:=\-] {0,3}(?:none|no(?= {0,3}(?:$|[,./]))|nil|absent|negative|없음|음성)"
        r"|\( {0,2}[-−–] {0,2}\)"
        r"|배제(?:됨|되|할 ?수 ?있|하였|했|함|가능| ?가능)"
        r"|[가-힣]{1,6}지(?:는|도|가)? ?(?:않|못)|[가-힣]{1,4} ?불가"
        r"|없|안 ?보|음성|부재|소실|사라|해소|아님|아니|아닌",
    ),
    (
        Cue.UNCERTAIN_AFTER,
        rf"{_BE} {_HOW}(?:suspected|possible|probable|likely|questionable|questioned|equivocal"
        r"|favou?red|considered|indeterminate|a concern)"
        rf"|{_BE} in the differential|remains? (?:possible|a possibility)"
        r"|의심|의증|가능성|추정|시사|여부|일 ?수(?:도)? ?있|인지|고려|위험|우려|감별이",
    ),
    (Cue.SUGGESTING, r"suggest(?:s|ed|ing|ive)?(?: of)?|to indicate|indicating"),
    (
        Cue.UNCERTAIN_BEFORE,
        r"(?:suspicious|suspicion|concern|concerning|worrisome) (?:for|of)|whether"
        r"|(?:may|might|could) (?:represent|reflect|be|indicate)"
        r"|(?:evaluat(?:e|ion)|assess(?:ment)?|screening) (?:for|of)|to (?:exclude|evaluate)"
        r"|(?:probably|likely) due to|thought to (?:be|represent|reflect)"
        r"|risk of|impending|presum(?:ed|ably)"
        r"|questionable|equivocal|differential(?: diagnos[ie]s)?(?: includes?)?|dd?x\)?|d/d"
        r"|감별 ?진단|is there|are there",
    ),
    (
        Cue.UNCERTAIN,
        r"r/o|rule[- ]?out|possibl[ey]|probabl[ey]|likely|suspected|suspicious|suspect(?:ing)?"
        r"|possibility|favou?r(?:s|ed)?|감별",
    ),
    (Cue.VERSUS, r"vs\.?|versus"),
    (
        Cue.NEGATION_BEFORE,
        r"no longer any|no|without|w/o|neither|negative for|absence of|lack of|free (?:of|from)"
        r"|(?:fails?|failed) to (?:demonstrate|show|reveal)|resolution of|denies"
        r"|(?:does|do|did) not (?:show|demonstrate|reveal|have|contain)"
        r"|shows no|is not (?:a|an)",
    ),
    (
        Cue.STOP,
        r"but|however|although|though|yet|except(?: for)?|apart from|other than|aside from|whereas"
        r"|while|because|due to|consistent with|compatible with|in keeping with|which"
        r"|위해|위하여|하지만|그러나|반면|다만|그리고|(?:이외|외)(?:에(?:는)?)?(?= )",
    ),
    (
        Cue.STATED,
        rf"{_BE} {_HOW}{_SEEN}|persists?|present|noted|positive|\( {{0,2}}\+ {{0,2}}\)"
        r"|[:=] {0,3}(?:yes|present|있음|양성)"
        r"|있(?:음|다|습|으|고|어|었|는)|관찰[됨되]|관찰함|보임|보이[며고는나]|확인[됨되]|동반[됨되하]|양성"
        r"|합당|부합|생각[됨되]|판단[됨되]|사료[됨되]|[가-힣]{1,5}(?:지만|으나|으며|이며|이고|하며|되며|하나|되나)",
    ),
    (Cue.PAST_AFTER, r"과거력|병력|hx(?!\.? of)|기왕력"),
    (
        Cue.PAST_BEFORE,
        r"history of|hx\.? of|h/o|previous(?:ly)?|prior|past|status[- ]post|s/p|과거|이전(?:에)?",
    ),
)


def _bounded(pattern: str) -> str:
    """Latin words whole; a bracket, colon or Korean syllable may stand anywhere."""
    return rf"(?:(?<![a-z])(?=[a-z])|(?![a-z]))(?:{pattern})(?:(?<=[a-z])(?![a-z])|(?<![a-z]))"


CUE = re.compile(
    "|".join(f"(?P<c{place}>{_bounded(words)})" for place, (_, words) in enumerate(_CUES))
)
"""Its ``lastgroup`` is ``c`` and the place in ``KINDS``."""
KINDS: tuple[Cue, ...] = tuple(kind for kind, _ in _CUES)
