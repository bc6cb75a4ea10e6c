"""Synthetic patients for development: every name, date and number is invented.

P2026-0001 and P2026-0002 are the patients of the sample DICOM volumes, whose Accession Numbers
are those of their RIS orders here. Times are Korean local time. Drugs and orders belong to the
latest visit of their patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from emr.choices import EncounterKind, Gender
from ocs.choices import JobRole, OrderStatus, Priority

_SEOUL = ZoneInfo("Asia/Seoul")


@dataclass(frozen=True, slots=True)
class SamplePatient:
    """``user`` is the patient's own account, ``shared_with`` an outside account.

    A care team makes the patient restricted.
    """

    patient_id: str
    full_name: str
    born: str
    gender: Gender
    address: str
    user: str | None = None
    shared_with: str | None = None
    care_team: tuple[str, ...] = ()

    @property
    def birth_date(self) -> date:
        return date.fromisoformat(self.born)


@dataclass(frozen=True, slots=True)
class SampleVisit:
    patient_id: str
    at: str
    kind: EncounterKind
    reason: str
    note: str

    @property
    def started_at(self) -> datetime:
        return datetime.fromisoformat(self.at).replace(tzinfo=_SEOUL)


@dataclass(frozen=True, slots=True)
class SampleDrug:
    """``days`` is the length of the supply."""

    patient_id: str
    drug: str
    dose: str
    frequency: str
    days: int


@dataclass(frozen=True, slots=True)
class SampleOrder:
    """``accession_number`` is its natural key; the order is walked up to ``status``."""

    patient_id: str
    accession_number: str
    job_type: str
    clinical_info: str
    status: OrderStatus = OrderStatus.ORDERED
    priority: Priority = Priority.ROUTINE
    result: dict[str, Any] | None = None

    @property
    def job_role(self) -> JobRole:
        return _JOB_ROLES[self.accession_number[:3]]


_JOB_ROLES = {
    "RIS": JobRole.RIS,
    "LIS": JobRole.LIS,
    "TRT": JobRole.TREATMENT,
    "CON": JobRole.CONSULT,
}
_MALE, _FEMALE = Gender.MALE, Gender.FEMALE
_OUT, _IN, _ER = EncounterKind.OUTPATIENT, EncounterKind.INPATIENT, EncounterKind.EMERGENCY
_STARTED, _READY, _DONE = OrderStatus.IN_PROGRESS, OrderStatus.RESULT_READY, OrderStatus.CONFIRMED
_ACCEPTED, _CANCELLED = OrderStatus.ACCEPTED, OrderStatus.CANCELLED
_ROUTINE, _URGENT, _STAT = Priority.ROUTINE, Priority.URGENT, Priority.STAT
(_P1, _P2, _P3, _P4, _P5, _P6, _P7, _P8, _P9, _P10, _P11, _P12) = (
    f"P2026-{number:04d}" for number in range(1, 13)
)

PATIENTS = (
    SamplePatient(_P1, "김민준", "1974-03-02", _MALE, "서울특별시 종로구", user="patient"),
    SamplePatient(
        _P2, "Emily Carter", "1968-09-14", _FEMALE, "서울특별시 용산구", shared_with="external"
    ),
    SamplePatient(_P3, "박서준", "1981-11-23", _MALE, "경기도 성남시"),
    SamplePatient(_P4, "최순자", "1948-05-30", _FEMALE, "인천광역시 남동구"),
    SamplePatient(_P5, "정다은", "1995-07-08", _FEMALE, "서울특별시 마포구"),
    SamplePatient(_P6, "이영호", "1951-02-17", _MALE, "대전광역시 서구"),
    SamplePatient(_P7, "James Walker", "1989-12-01", _MALE, "부산광역시 해운대구"),
    SamplePatient(_P8, "한지민", "1962-08-19", _FEMALE, "광주광역시 북구"),
    SamplePatient(_P9, "Sofia Rossi", "1977-04-25", _FEMALE, "서울특별시 강남구"),
    SamplePatient(_P10, "오지호", "2009-10-03", _MALE, "경기도 수원시"),
    SamplePatient(
        _P11, "윤하늘", "1985-06-12", _FEMALE, "서울특별시 서초구", care_team=("doctor", "nurse")
    ),
    SamplePatient(_P12, "Daniel Kim", "1957-01-28", _MALE, "제주특별자치도 제주시"),
)

VISITS = (
    SampleVisit(
        _P1, "2026-01-05 09:30", _OUT, "New headache for six weeks",
        "Worse in the morning, no focal deficit. Exclude a space-occupying lesion.",
    ),
    SampleVisit(
        _P2, "2026-01-06 10:00", _ER, "First generalised seizure",
        "Recovered fully. Enhancing mass on CT with surrounding oedema.",
    ),
    SampleVisit(
        _P3, "2025-07-08 14:00", _OUT, "Oligodendroglioma (WHO grade 2), resected in 2023",
        "Seizure-free. Surveillance MR stable.",
    ),
    SampleVisit(
        _P3, "2026-01-07 14:00", _OUT, "Half-yearly control of an oligodendroglioma",
        "Seizure-free under lamotrigine. No new deficit.",
    ),
    SampleVisit(
        _P4, "2026-01-08 06:40", _ER, "Sudden weakness of the right arm and aphasia",
        "NIHSS 9, known atrial fibrillation. Outside the window for thrombolysis.",
    ),
    SampleVisit(
        _P4, "2026-01-08 11:00", _IN, "Ischaemic stroke in the left MCA territory",
        "Anticoagulation from day 4. Swallowing normal, aphasia improving.",
    ),
    SampleVisit(
        _P5, "2026-01-09 11:00", _OUT, "Migraine with aura, five attacks a month",
        "Not pregnant. Neurological examination normal.",
    ),
    SampleVisit(
        _P6, "2026-01-12 09:00", _OUT, "Memory complaints for a year, dementia work-up",
        "MMSE 22/30, delayed recall impaired. The daughter reports repeated questions.",
    ),
    SampleVisit(
        _P7, "2026-01-13 15:30", _OUT, "Relapsing-remitting multiple sclerosis, yearly review",
        "No relapse in twelve months, EDSS 1.5.",
    ),
    SampleVisit(
        _P8, "2026-01-14 10:20", _OUT, "Parkinson's disease, wearing-off before midday",
        "Rest tremor on the right, Hoehn and Yahr 2.",
    ),
    SampleVisit(
        _P9, "2026-01-15 13:40", _OUT, "Incidental convexity meningioma, 14 mm",
        "No symptoms. Yearly control agreed.",
    ),
    SampleVisit(
        _P10, "2026-01-16 16:00", _OUT, "Juvenile myoclonic epilepsy",
        "Jerks after waking, generalised spike-wave complexes in the EEG.",
    ),
    SampleVisit(
        _P11, "2026-01-19 09:10", _IN, "Glioblastoma, adjuvant chemotherapy",
        "A member of the hospital's staff: the record is restricted.",
    ),
    SampleVisit(
        _P12, "2026-01-20 11:50", _OUT, "Transient weakness of the left hand yesterday",
        "Fully recovered, ABCD2 score 5. Carotid duplex without stenosis.",
    ),
)  # fmt: skip

DRUGS = (
    SampleDrug(_P1, "Acetaminophen", "500 mg", "every 6 hours as needed", 7),
    SampleDrug(_P2, "Levetiracetam", "500 mg", "twice a day", 30),
    SampleDrug(_P2, "Dexamethasone", "4 mg", "four times a day", 5),
    SampleDrug(_P2, "Pantoprazole", "40 mg", "once a day", 5),
    SampleDrug(_P3, "Lamotrigine", "100 mg", "twice a day", 90),
    SampleDrug(_P4, "Apixaban", "5 mg", "twice a day", 30),
    SampleDrug(_P4, "Atorvastatin", "40 mg", "once a day at night", 30),
    SampleDrug(_P5, "Sumatriptan", "50 mg", "at the onset of an attack", 30),
    SampleDrug(_P5, "Propranolol", "40 mg", "twice a day", 30),
    SampleDrug(_P6, "Donepezil", "5 mg", "once a day at night", 28),
    SampleDrug(_P7, "Dimethyl fumarate", "240 mg", "twice a day", 28),
    SampleDrug(_P8, "Levodopa/benserazide", "100/25 mg", "four times a day", 30),
    SampleDrug(_P10, "Levetiracetam", "750 mg", "twice a day", 30),
    SampleDrug(_P11, "Temozolomide", "300 mg", "once a day on days 1 to 5 of 28", 5),
    SampleDrug(_P11, "Ondansetron", "8 mg", "one hour before temozolomide", 5),
    SampleDrug(_P12, "Clopidogrel", "75 mg", "once a day", 21),
    SampleDrug(_P12, "Aspirin", "100 mg", "once a day", 21),
    SampleDrug(_P12, "Rosuvastatin", "20 mg", "once a day at night", 30),
)


def _blood(*values: tuple[str, float, str]) -> dict[str, Any]:
    """(LOINC code, value, UCUM unit) each."""
    return {"analytes": [{"code": c, "value": v, "unit": u} for c, v, u in values]}


ORDERS = (
    SampleOrder(_P1, "RIS2026-0001", "MR_BRAIN", "New headache. Mass?", _STARTED),
    SampleOrder(
        _P1, "LIS2026-0001", "BLOOD", "Renal function before contrast", _DONE, _ROUTINE,
        _blood(("2160-0", 0.9, "mg/dL"), ("718-7", 14.8, "g/dL")),
    ),
    SampleOrder(
        _P2, "RIS2026-0002", "MR_BRAIN_CONTRAST", "First seizure, mass on CT. Extent?", _STARTED,
        _URGENT,
    ),
    SampleOrder(_P2, "LIS2026-0002", "GENETIC", "Glioma panel after biopsy", _ACCEPTED),
    SampleOrder(_P3, "RIS2026-0003", "MR_BRAIN_CONTRAST", "Surveillance. Recurrence?"),
    SampleOrder(
        _P3, "LIS2026-0003", "GENETIC", "IDH and 1p/19q of the archived specimen", _DONE, _ROUTINE,
        {
            "gene_mutations": [
                {"gene": "IDH1", "hgvs": "NP_005887.2:p.Arg132His", "interpretation": "pathogenic"}
            ],
            "cnv": [{"region": "1p/19q", "change": "codeletion"}],
        },
    ),
    SampleOrder(
        _P4, "RIS2026-0004", "CT_HEAD", "Left MCA stroke? Haemorrhage?", _DONE, _STAT,
        {"summary": "No haemorrhage. Early changes in the left MCA territory."},
    ),
    SampleOrder(
        _P4, "LIS2026-0004", "BLOOD", "Coagulation and glucose", _DONE, _STAT,
        _blood(("6301-6", 1.1, "{INR}"), ("2345-7", 132, "mg/dL"), ("777-3", 224, "10*3/uL")),
    ),
    SampleOrder(_P4, "TRT2026-0001", "SPEECH_THERAPY", "Aphasia after stroke", _STARTED),
    SampleOrder(
        _P6, "RIS2026-0005", "MR_BRAIN", "Dementia work-up. Hippocampal atrophy?", _ACCEPTED
    ),
    SampleOrder(
        _P6, "LIS2026-0005", "PROTEIN", "Amyloid and tau", _READY, _ROUTINE,
        {
            "protein_markers": [
                {"marker": "Abeta42/40", "value": 0.062},
                {"marker": "p-tau217", "value": 0.71, "unit": "pg/mL"},
            ]
        },
    ),
    SampleOrder(_P6, "LIS2026-0006", "BLOOD", "TSH and vitamin B12", _STARTED),
    SampleOrder(
        _P7, "RIS2026-0006", "MR_BRAIN_CONTRAST", "Yearly control. New lesions?", _READY, _ROUTINE,
        {"summary": "No new T2 lesion, no enhancement."},
    ),
    SampleOrder(_P8, "CON2026-0001", "PHYSIOTHERAPY", "Gait training"),
    SampleOrder(
        _P9, "RIS2026-0007", "MR_BRAIN_CONTRAST", "Control of a meningioma. Growth?", _CANCELLED
    ),
    SampleOrder(_P10, "RIS2026-0008", "MR_BRAIN", "Epilepsy protocol. Structural cause?"),
    SampleOrder(_P11, "LIS2026-0007", "BLOOD", "Blood count before the cycle"),
    SampleOrder(
        _P12, "RIS2026-0009", "MR_BRAIN", "TIA. Diffusion restriction?", _ACCEPTED, _URGENT
    ),
)  # fmt: skip
