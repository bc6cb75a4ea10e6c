"""Observation: vital signs, one a measure; values of the laboratory; what AI results found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Q

from emr.selectors.clinical_rows import clinical_rows
from fhir.facade.approved_results import AI, approved_result, observation_rows
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.ai_results import JOB, PATIENT, DeviceParameter, of_result
from fhir.facade.search_parameters import (
    DateParameter,
    FixedTokenParameter,
    QuantityParameter,
    ReferenceParameter,
    SearchParameter,
    TokenParameter,
)
from fhir.services.resources.elements import HL7, LOINC, Json, compact, concept, moment, quantity
from lis.selectors import values_visible_to

_CATEGORY = f"{HL7}/observation-category"


class _Measure(NamedTuple):
    """``parts``: columns of the components; empty: the column is the measure's own."""

    key: str
    code: str
    display: str
    unit: str
    ucum: str
    column: str


_MEASURES = (
    _Measure("heart-rate", "8867-4", "Heart rate", "beats/minute", "/min", "heart_rate"),
    _Measure("respiration", "9279-1", "Respiratory rate", "/min", "/min", "respiratory_rate"),
    _Measure("temperature", "8310-5", "Body temperature", "Cel", "Cel", "temperature_c"),
    _Measure("spo2", "2708-6", "Oxygen saturation in Arterial blood", "%", "%", "spo2_percent"),
    _Measure("weight", "29463-7", "Body weight", "kg", "kg", "weight_kg"),
    _Measure("height", "8302-2", "Body height", "cm", "cm", "height_cm"),
    _Measure("pain", "72514-3", "", "{score}", "{score}", "pain"),
)
_PRESSURES = (
    _Measure("", "8480-6", "Systolic blood pressure", "mmHg", "mm[Hg]", "systolic_mmhg"),
    _Measure("", "8462-4", "Diastolic blood pressure", "mmHg", "mm[Hg]", "diastolic_mmhg"),
)
_PANEL = ("85354-9", "Blood pressure panel with all children optional")
_FLAGS = {"L": "Low", "H": "High", "LL": "Critical low", "HH": "Critical high"}


def _value(row: Any, measure: _Measure) -> Json:
    value = float(getattr(row, measure.column))
    return quantity(value, unit=measure.unit, code=measure.ucum)


def _vital_sign(row: Any, code: Json) -> Json:
    performer = row.recorded_by_id and refer("Practitioner", row.recorded_by_id).reference
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [concept(_CATEGORY, "vital-signs", "Vital Signs")],
        "code": code,
        "subject": refer("Patient", row.patient_id).reference,
        "effectiveDateTime": moment(row.measured_at),
        "performer": [performer] if performer else [{"display": row.author_name}],
    }


def _measured(measure: _Measure, row: Any) -> Json:
    code = concept(LOINC, measure.code, measure.display)
    return {**_vital_sign(row, code), "valueQuantity": _value(row, measure)}


def _pressure(row: Any) -> Json:
    components = [
        {
            "code": concept(LOINC, one.code, one.display),
            **(
                {"valueQuantity": _value(row, one)}
                if getattr(row, one.column) is not None
                else {
                    "dataAbsentReason": concept(f"{HL7}/data-absent-reason", "unknown", "Unknown")
                }
            ),
        }
        for one in _PRESSURES
    ]
    return {**_vital_sign(row, concept(LOINC, *_PANEL)), "component": components}


def _laboratory(row: Any) -> Json:
    value: Json = {"valueString": row.text}
    if row.value is not None:
        value = {"valueQuantity": quantity(row.value, unit=row.unit, code=row.unit)}
        value["valueQuantity"]["value"] = row.value
    unit = row.unit
    limits = {
        name: {"value": limit, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
        for name, limit in (("low", row.low), ("high", row.high))
        if limit is not None
    }
    flag = _FLAGS.get(row.flag)
    return compact(
        {
            "resourceType": "Observation",
            "basedOn": [refer("ServiceRequest", row.order_id).reference],
            "status": "final",
            "category": [concept(_CATEGORY, "laboratory", "Laboratory")],
            "code": concept(LOINC, row.code, ""),
            "subject": refer("Patient", row.patient_id).reference,
            "effectiveDateTime": moment(row.at),
            **value,
            "interpretation": [concept(f"{HL7}/v3-ObservationInterpretation", row.flag, flag)]
            if flag
            else [],
            "referenceRange": [limits] if limits else [],
        }
    )


_FINAL = FixedTokenParameter(given=(("http://hl7.org/fhir/observation-status", "final"),))


def _shared(at: str, category: str) -> Mapping[str, SearchParameter]:
    return {
        "patient": ReferenceParameter(field="patient", target="Patient"),
        "subject": ReferenceParameter(field="patient", target="Patient"),
        "date": DateParameter(field=at, sort=True),
        "category": FixedTokenParameter(given=((_CATEGORY, category),)),
        "status": _FINAL,
    }


def _any_of(*measures: _Measure) -> Q:
    return Q(*(Q(**{f"{one.column}__isnull": False}) for one in measures), _connector=Q.OR)


def _vitals(
    key: str, code: str, render: Callable[[Any], Json], *, having: Q, **more: SearchParameter
) -> ResourceSource:
    return ResourceSource(
        prefix=f"{key}-",
        rows=lambda user: clinical_rows(user, "vitals").filter(having),
        render=render,
        updated="updated_at",
        parameters={
            **_shared("measured_at", "vital-signs"),
            "code": FixedTokenParameter(given=((LOINC, code),)),
            "performer": ReferenceParameter(field="recorded_by", target="Practitioner"),
            **more,
        },
    )


register(
    ResourceType(
        name="Observation",
        sources=(
            _vitals("pressure", _PANEL[0], _pressure, having=_any_of(*_PRESSURES)),
            *(
                _vitals(
                    one.key,
                    one.code,
                    partial(_measured, one),
                    having=_any_of(one),
                    **{"value-quantity": QuantityParameter(field=one.column, unit=one.ucum)},
                )
                for one in _MEASURES
            ),
            ResourceSource(
                prefix="laboratory-",
                rows=values_visible_to,
                render=_laboratory,
                updated="at",
                parameters={
                    **_shared("at", "laboratory"),
                    "code": TokenParameter(field="code", system=LOINC),
                    "based-on": ReferenceParameter(field="order", target="ServiceRequest"),
                    "value-quantity": QuantityParameter(field="value", unit_field="unit"),
                },
            ),
            ResourceSource(
                prefix=AI,
                rows=observation_rows,
                render=lambda row: approved_result(row.publication).observation(row),
                updated="publication__created_at",
                patient=PATIENT,
                parameters={
                    **of_result(),
                    "date": DateParameter(field="effective_at", sort=True),
                    "category": TokenParameter(field="category", system=_CATEGORY),
                    "status": _FINAL,
                    "code": TokenParameter(field="code", system_field="system"),
                    "value-quantity": QuantityParameter(field="value", unit_field="unit"),
                    "performer": ReferenceParameter(
                        field=f"{JOB}__reviewed_by", target="Practitioner"
                    ),
                    "derived-from": ReferenceParameter(
                        field=f"{JOB}__study", target="ImagingStudy"
                    ),
                    "device": DeviceParameter(field=JOB),
                },
            ),
        ),
    )
)
