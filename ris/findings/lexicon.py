"""The concepts that are recognised, their codes, and the words by which reports name them.

Codes are SNOMED CT as published in DICOM PS3.16 or in SNOMED's own guides; a concept for which no
code could be checked has None. Patterns are matched against lower-case text. Every repetition in
them is bounded, so a text is read in linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Concept:
    """``code`` is SNOMED CT's and ``term`` its English name."""

    code: str | None
    term: str
    words: str


_MM = r"(?: ?약)?(?: ?[0-9.]{1,5} ?(?:mm|cm))?(?: ?(?:가량|정도))?"
_SIDE = r"(?: ?(?:좌측|우측|왼쪽|오른쪽|반대측|반대쪽)(?:으로)?)?"
_SITE_KO = (
    r"(?:(?:급성|만성|아급성|뇌실 ?내|뇌실질 ?내|뇌실질|두개강 ?내|두개 ?내|두개강"
    r"|경막 ?하|경막 ?외|지주막 ?하|거미막 ?하|뇌 ?내|미세|뇌) ?){0,2}"
)
_SITE_EN = (
    r"(?:(?:subdural|epidural|extradural|subarachnoid|intraventricular|intracerebral|intracranial"
    r"|intraparenchymal|parenchymal|contusional|punctate|petechial) ){0,2}"
)

CONCEPTS: dict[str, Concept] = {
    "mass_effect": Concept(
        None, "Mass effect", r"mass[- ]effects?|(?:종괴|덩이|종양|점거|압박) ?효과"
    ),
    "metastasis": Concept(
        "14799000",
        "Neoplasm, metastatic",
        r"(?:brain |bone |leptomeningeal )?(?:metasta(?:sis|ses|tic|sized)|mets)"
        r"|(?:뇌|골|연수막|수막|다발성 )?전이(?:성(?= ?(?:뇌?종양|종괴|병변|암))|암)?(?!대)",
    ),
    "haemorrhage": Concept(
        "50960005",
        "Hemorrhage",
        _SITE_EN
        + r"(?:micro-?|re-?)?(?:ha?emorrhag(?:es?|ic|ing)|ha?ematomas?|bleed(?:s|ing)?)"
        + r"|a?sah|sdh|edh|ich|ivh|iph"
        + "|"
        + _SITE_KO
        + r"(?:출혈(?:성)?|혈종)",
    ),
    "oedema": Concept(
        "79654002",
        "Edema",
        r"(?:vasogenic |cytotoxic |cerebral |brain )?o?edema(?:tous)?|(?:brain|cerebral) swelling"
        r"|(?:뇌|혈관성 ?|세포독성 ?|주변 ?|주위 ?)?부종",
    ),
    "infarct": Concept(
        "432504007",
        "Cerebral infarction",
        r"(?:lacunar )?infarct(?:s|ions?|ed)?|lacunes?|isch(?:a)?emic strokes?"
        r"|(?<!심근)(?:(?:뇌|열공성? ?|소뇌 ?)?경색(?:증|성)?)",
    ),
    "midline_shift": Concept(
        None,
        "Midline shift",
        r"midline[- ](?:structures? (?:is|are) )?(?:shift(?:s|ing|ed)?|deviat(?:ion|ed)"
        r"|displace(?:ment|d))"
        r"|shift(?:ing)? of (?:the )?midline(?: structures?)?"
        r"|(?:정중선|중심선|정중부|중앙선|정중 ?구조물?)(?: ?구조물?)?(?:이|의|은|는)?"
        + _SIDE
        + _MM
        + r"(?:의)? ?(?:편위|이동|전위|변위|편향|쏠림)",
    ),
    "hydrocephalus": Concept(
        "230745008",
        "Hydrocephalus",
        r"hydrocephal(?:us|ic)|nph|(?:교통성 ?|폐쇄성 ?|비교통성 ?|정상압 ?)?(?:수두증|뇌수종)",
    ),
    "aneurysm": Concept("85659009", "Aneurysm", r"(?:micro)?aneurysms?|(?:뇌)?동맥류"),
    "herniation": Concept(
        "414403008",
        "Herniated structure",
        r"(?:(?:uncal|subfalcine|transtentorial|tonsillar|brain|cerebral) )?herniat(?:ions?|ed|es)"
        r"|(?:(?:구상돌기|갈고리이랑|대뇌낫 ?(?:밑|하)?|겸상|천막|소뇌 ?편도|편도|뇌) ?)?"
        r"탈출증?|탈뇌",
    ),
    "fracture": Concept(
        "72704001",
        "Fracture",
        r"(?:skull )?fractur(?:es?|ed)|fx|(?:두개골 ?|두개저 ?|비골 ?)?골절선?",
    ),
    "enhancement": Concept(
        None,
        "Contrast enhancement",
        r"(?:(?:rim|ring|contrast|leptomeningeal)[- ])?enhanc(?:ing|ements?|es?)"
        r"|(?:고리 ?모양 ?|변연부? ?)?조영 ?증강",
    ),
    "atrophy": Concept(
        "13331008", "Atrophy", r"atroph(?:y|ic|ied)|volume loss|(?:뇌|대뇌 ?|소뇌 ?|해마 ?)?위축"
    ),
    "occlusion": Concept(
        "26036001", "Occlusion", r"occlu(?:sions?|ded)|(?:기저동맥 ?|뇌동맥 ?|혈관 ?)?폐색"
    ),
    "stenosis": Concept("415582006", "Stenosis", r"stenos(?:is|es|ed)|narrowing|협착"),
    "tumour": Concept(
        "108369006",
        "Neoplasm",
        r"mass(?:es)?(?: lesions?)?|(?:brain )?tumou?rs?|neoplas(?:ms?|tic|ia)"
        r"|(?:low|high)[- ]grade gliomas?|gliomas?|glioblastomas?(?: multiforme)?|gbm"
        r"|(?:oligo|astro|ependy|medullo|haemangio|hemangio|cranio)[a-z]{1,16}omas?"
        r"|meningiomas?|(?:vestibular )?schwannomas?|neuromas?|(?:macro|micro)?adenomas?"
        r"|(?:pituitary )adenomas?|lymphomas?|chordomas?|germinomas?"
        r"|space[- ]occupying lesions?"
        r"|(?:뇌|뇌하수체 ?|재발 ?)?종양|종괴|신생물|교모세포종"
        r"|(?:저등급 ?|고등급 ?|신경)?교종|핍지교종|(?:뇌)?수막종|(?:청)?신경초종"
        r"|(?:뇌하수체 ?)?선종|림프종|수모세포종|혈관모세포종|성상세포종"
        r"|뇌실막세포종|상의세포종|두개인두종|공간 ?점유(?:성)? ?병변",
    ),
}
_NOT_FINDINGS = (
    r"(?:tumou?r|lesion) beds?|masses of|mass[- ]like"
    r"|(?:contrast|gadolinium)[- ]enhanc(?:ed|ement)(?= (?:mri?|ct|t1|study|scan|image))"
    r"|(?:contrast|gadolinium)[- ]enhanced|with contrast enhancement"
    r"|dis[ck] herniations?|herniated dis[ck]s?|(?:hernia|herniation) of (?:the )?dis[ck]"
    r"|조영 ?증강 ?(?:mri?|ct|검사|영상|전후|전|후|t1|촬영|스캔|시행)"
    r"|(?:추간판|디스크)(?:의)? ?탈출증?|종양 ?표지자|심근 ?경색"
)
"""Words that hold those of a concept and are none: technique, discs, a tumour bed."""
_NEGATED_WORDS = r"non-?[ ]?enhancing|비조영증강"
"""Words that deny their concept by themselves: only enhancement has such."""


def _latin_bounded(pattern: str) -> str:
    return rf"(?<![a-z])(?:{pattern})(?![a-z])"


FINDING = re.compile(
    "|".join(
        [
            f"(?P<none>{_latin_bounded(_NOT_FINDINGS)})",
            f"(?P<not_enhancing>{_latin_bounded(_NEGATED_WORDS)})",
            *(f"(?P<{name}>{_latin_bounded(each.words)})" for name, each in CONCEPTS.items()),
        ]
    )
)
"""Its ``lastgroup`` is a concept, ``none`` (to be passed over) or ``not_enhancing``."""
