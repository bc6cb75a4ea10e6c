"""Vital signs: ``form_vitals``, in pounds, inches and degrees Fahrenheit whatever is shown there.

OpenEMR's setting "units of measurement" chooses what its pages show, not what the columns hold.
"""

from __future__ import annotations

from decimal import Decimal

from openemr import conventions as written
from openemr.models import FormVitals
from openemr.tables import ClinicalTable, Columns, SharedField, Values, column

_BMI_OF_POUNDS_AND_INCHES = Decimal(703)


def _bmi(values: Values) -> Columns:
    weight, height = written.pounds(values["weight_kg"]), written.inches(values["height_cm"])
    if not weight or not height:
        return {"bmi": written.NOT_MEASURED}
    return {"bmi": written.as_stored(weight / height / height * _BMI_OF_POUNDS_AND_INCHES)}


def _pressure(name: str, stored: str) -> SharedField:
    return column(name, stored, read=written.pressure, write=written.pressure_text)


def _whole(name: str, stored: str) -> SharedField:
    return column(name, stored, read=written.whole, write=written.as_stored)


VITALS = ClinicalTable(
    kind="vitals",
    model=FormVitals,
    form=("vitals", "Vitals"),
    is_removed=lambda row: row.activity == 0,
    removal={"activity": 0},
    computed=_bmi,
    fields=(
        column("measured_at", "date", read=written.moment, write=written.second),
        _pressure("systolic_mmhg", "bps"),
        _pressure("diastolic_mmhg", "bpd"),
        _whole("heart_rate", "pulse"),
        _whole("respiratory_rate", "respiration"),
        column("temperature_c", "temperature", read=written.celsius, write=written.fahrenheit),
        _whole("spo2_percent", "oxygen_saturation"),
        column("weight_kg", "weight", read=written.kilograms, write=written.pounds),
        column("height_cm", "height", read=written.centimetres, write=written.inches),
    ),
)
