"""Filters of the lists. A patient is a number here: a choice would tell which ids exist."""

from __future__ import annotations

from django_filters import rest_framework as filters

from emr.models import Encounter, Patient, Prescription


class PatientFilter(filters.FilterSet):
    born_from = filters.DateFilter(field_name="birth_date", lookup_expr="gte")
    born_until = filters.DateFilter(field_name="birth_date", lookup_expr="lte")

    class Meta:
        model = Patient
        fields = ["patient_id", "gender", "restricted"]


class EncounterFilter(filters.FilterSet):
    patient = filters.NumberFilter(field_name="patient_id")
    since = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="lt")

    class Meta:
        model = Encounter
        fields = ["kind"]


class PrescriptionFilter(filters.FilterSet):
    patient = filters.NumberFilter(field_name="patient_id")
    encounter = filters.NumberFilter(field_name="encounter_id")

    class Meta:
        model = Prescription
        fields: list[str] = []
