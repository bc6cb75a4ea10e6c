"""Who and on whose behalf: Patient, Practitioner, Encounter, ServiceRequest, Device."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fhir.services.resources.codes import (
    BODY_SITES,
    EXAMINATIONS,
    ORDER_CATEGORIES,
    ORDER_STATES,
)
from fhir.services.resources.elements import (
    HL7,
    SNOMED,
    BundleEntry,
    Json,
    coding,
    compact,
    concept,
    identified,
    identifier,
    moment,
)
from fhir.services.resources.facts import (
    PublicationFacts,
    PublishedEncounter,
    PublishedModel,
    PublishedOrder,
    PublishedPatient,
    PublishedPractitioner,
)

GENDERS = {"M": "male", "F": "female", "O": "other", "U": "unknown"}
ENCOUNTER_CLASSES = {
    "outpatient": coding(f"{HL7}/v3-ActCode", "AMB", "ambulatory"),
    "inpatient": coding(f"{HL7}/v3-ActCode", "IMP", "inpatient encounter"),
    "emergency": coding(f"{HL7}/v3-ActCode", "EMER", "emergency"),
}


@dataclass(frozen=True)
class Actors:
    """The people and things the other resources point to."""

    patient: BundleEntry
    encounter: BundleEntry | None
    order: BundleEntry | None
    requester: BundleEntry | None
    approver: BundleEntry
    editor: BundleEntry | None
    device: BundleEntry | None

    @property
    def subject(self) -> Json:
        """The elements that tie a resource to its patient and visit."""
        encounter = self.encounter.reference if self.encounter else None
        return {"subject": self.patient.reference, "encounter": encounter}

    @property
    def based_on(self) -> list[Json]:
        """The order, if there is one."""
        return [self.order.reference] if self.order else []

    @property
    def all(self) -> tuple[BundleEntry, ...]:
        """Those that exist; one person in two roles appears twice, as the same entry."""
        entries = (
            self.patient, self.approver, self.editor, self.requester, self.encounter, self.order,
            self.device,
        )  # fmt: skip
        return tuple(entry for entry in entries if entry)


def actors_of(facts: PublicationFacts) -> Actors:
    """Every actor of an approval."""
    base, editor = facts.identifier_base, facts.version.author
    return replace(
        actors_named(
            patient=facts.patient,
            approver=facts.approver,
            order=facts.order,
            encounter=facts.encounter,
            base=base,
        ),
        editor=practitioner_entry(editor, base=base) if editor else None,
        device=device_entry(facts.model, base=base) if facts.by_model else None,
    )


def actors_named(
    *,
    patient: PublishedPatient,
    approver: PublishedPractitioner,
    order: PublishedOrder | None,
    encounter: PublishedEncounter | None,
    base: str,
) -> Actors:
    """The patient, who approved, and on whose order in which visit."""
    subject = patient_entry(patient, base=base)
    visit = encounter_entry(encounter, patient=subject, base=base) if encounter else None
    requester = practitioner_entry(order.ordered_by, base=base) if order else None
    service_request = None
    if order and requester:
        service_request = service_request_entry(
            order, patient=subject, encounter=visit, requester=requester, base=base
        )
    return Actors(
        patient=subject,
        encounter=visit,
        order=service_request,
        requester=requester,
        approver=practitioner_entry(approver, base=base),
        editor=None,
        device=None,
    )


def patient_entry(
    patient: PublishedPatient, *, base: str, replaced_by: BundleEntry | None = None
) -> BundleEntry:
    """Patient, by the hospital's MRN; ``replaced_by``: of the record that it was merged into."""
    replaced = replaced_by and {"other": replaced_by.reference, "type": "replaced-by"}
    return identified(
        "Patient",
        identifier(f"{base}/mrn", patient.mrn, type_code="MR"),
        active=False if replaced else None,
        link=[replaced] if replaced else [],
        name=[{"use": "official", "text": patient.full_name}],
        gender=GENDERS[patient.gender],
        birthDate=patient.birth_date and patient.birth_date.isoformat(),
    )


def practitioner_entry(practitioner: PublishedPractitioner, *, base: str) -> BundleEntry:
    """Practitioner, by user name."""
    return identified(
        "Practitioner",
        identifier(f"{base}/username", practitioner.username),
        name=[{"use": "official", "text": practitioner.full_name or practitioner.username}],
    )


def encounter_entry(
    encounter: PublishedEncounter, *, patient: BundleEntry, base: str
) -> BundleEntry:
    """Encounter, by its number."""
    period = {
        "start": moment(encounter.started_at),
        "end": encounter.ended_at and moment(encounter.ended_at),
    }
    return identified(
        "Encounter",
        identifier(f"{base}/encounter", encounter.encounter_number),
        status="finished" if encounter.ended_at else "in-progress",
        **{"class": ENCOUNTER_CLASSES[encounter.kind]},
        subject=patient.reference,
        period=compact(period),
    )


def service_request_entry(
    order: PublishedOrder,
    *,
    patient: BundleEntry,
    encounter: BundleEntry | None,
    requester: BundleEntry,
    base: str,
) -> BundleEntry:
    """ServiceRequest, by order number, with the accession number beside it."""
    identifiers = [identifier(f"{base}/order", order.order_number, type_code="PLAC")]
    if order.accession_number:
        identifiers.append(
            identifier(f"{base}/accession", order.accession_number, type_code="ACSN")
        )
    category = ORDER_CATEGORIES.get(order.job_role)
    code, site = examination(order.examination, base=base)
    return identified(
        "ServiceRequest",
        *identifiers,
        status=ORDER_STATES.get(order.status, "active"),
        intent="order",
        priority=order.priority,
        category=[category] if category else [],
        code=code,
        bodySite=[{"coding": [site]}] if site else [],
        reasonCode=[{"text": order.reason}] if order.reason else [],
        subject=patient.reference,
        encounter=encounter and encounter.reference,
        authoredOn=moment(order.ordered_at),
        requester=requester.reference,
    )


def examination(examination: str, *, base: str) -> tuple[Json, Json | None]:
    """What was asked for, and the Coding of its body part where it is one of our examinations."""
    if examination not in EXAMINATIONS:
        return {"text": examination}, None
    meaning, body_part = EXAMINATIONS[examination]
    return concept(f"{base}/examination", examination, meaning, text=meaning), BODY_SITES[body_part]


def device_entry(model: PublishedModel, *, base: str) -> BundleEntry:
    """Device: one per model and version, so that a result names exactly what made it."""
    return identified(
        "Device",
        identifier(f"{base}/ai-model", f"{model.id}/{model.version}"),
        udiCarrier=[{"deviceIdentifier": model.udi}] if model.udi else [],
        status="active",
        manufacturer=model.manufacturer,
        modelNumber=model.id,
        deviceName=[{"name": model.name, "type": "model-name"}],
        type=concept(SNOMED, "706689003", "Application program software"),
        version=[{"value": model.version}],
    )
