"""Terms of CTCAE v5.0 (NCI, 2017) that matter in neuro-oncology, with the grades that they have.

A list of our own, without MedDRA codes. What is not in it is recorded as free text.
"""

from __future__ import annotations

from dataclasses import dataclass

DEATH = 5


@dataclass(frozen=True, slots=True)
class AdverseTerm:
    term: str
    ko: str
    lowest: int = 1
    highest: int = DEATH


TERMS = (
    AdverseTerm("Alanine aminotransferase increased", "ALT 상승", 1, 4),
    AdverseTerm("Alopecia", "탈모", 1, 2),
    AdverseTerm("Anemia", "빈혈"),
    AdverseTerm("Anorexia", "식욕부진"),
    AdverseTerm("Aspartate aminotransferase increased", "AST 상승", 1, 4),
    AdverseTerm("Blood bilirubin increased", "혈중 빌리루빈 상승", 1, 4),
    AdverseTerm("Central nervous system necrosis", "중추신경계 괴사"),
    AdverseTerm("Cognitive disturbance", "인지장애", 1, 3),
    AdverseTerm("Constipation", "변비"),
    AdverseTerm("Creatinine increased", "크레아티닌 상승", 1, 4),
    AdverseTerm("Dermatitis radiation", "방사선 피부염"),
    AdverseTerm("Diarrhea", "설사"),
    AdverseTerm("Dysphasia", "언어장애", 1, 3),
    AdverseTerm("Fatigue", "피로", 1, 3),
    AdverseTerm("Febrile neutropenia", "호중구감소성 발열", 3, DEATH),
    AdverseTerm("Fever", "발열"),
    AdverseTerm("Generalized muscle weakness", "전신 근력 저하", 1, 3),
    AdverseTerm("Headache", "두통", 1, 3),
    AdverseTerm("Hydrocephalus", "수두증"),
    AdverseTerm("Hyperglycemia", "고혈당증"),
    AdverseTerm("Hypertension", "고혈압"),
    AdverseTerm("Hyponatremia", "저나트륨혈증"),
    AdverseTerm("Insomnia", "불면증", 1, 3),
    AdverseTerm("Intracranial hemorrhage", "두개내출혈"),
    AdverseTerm("Lymphocyte count decreased", "림프구 감소", 1, 4),
    AdverseTerm("Memory impairment", "기억력 저하", 1, 3),
    AdverseTerm("Mucositis oral", "구강점막염"),
    AdverseTerm("Nausea", "오심", 1, 3),
    AdverseTerm("Neutrophil count decreased", "호중구 감소", 1, 4),
    AdverseTerm("Peripheral motor neuropathy", "말초 운동신경병증"),
    AdverseTerm("Peripheral sensory neuropathy", "말초 감각신경병증", 1, 4),
    AdverseTerm("Platelet count decreased", "혈소판 감소", 1, 4),
    AdverseTerm("Proteinuria", "단백뇨", 1, 3),
    AdverseTerm("Rash maculo-papular", "반구진 발진", 1, 3),
    AdverseTerm("Seizure", "경련(발작)"),
    AdverseTerm("Somnolence", "졸림"),
    AdverseTerm("Stroke", "뇌졸중"),
    AdverseTerm("Thromboembolic event", "혈전색전증"),
    AdverseTerm("Vomiting", "구토"),
    AdverseTerm("Weight loss", "체중 감소", 1, 3),
    AdverseTerm("White blood cell decreased", "백혈구 감소", 1, 4),
    AdverseTerm("Wound dehiscence", "창상 열개"),
    AdverseTerm("Wound infection", "창상 감염"),
)
_BY_NAME = {name.casefold(): one for one in TERMS for name in (one.term, one.ko)}


def term_named(text: str) -> AdverseTerm | None:
    """The term of this English or Korean name, in any case; None for free text."""
    return _BY_NAME.get(text.strip().casefold())
