"""The kinds of rows: visits, prescriptions, vital signs, allergies, problems, notes."""

from __future__ import annotations

from typing import Any

from common.errors import ErrorCode
from emr import filters, services
from emr.models import Allergy, Encounter, Note, Prescription, Problem, Vitals
from emr.serializers import chart_bodies as bodies
from emr.services.allergies import allergy_create
from emr.views.charts import ChartRow, ChartRows, RowHistory, changeable, described, historical
from rbac.permissions import Permission as P


@described("encounters", "an encounter", "encounters", bodies.EncounterIn, bodies.EncounterOut)
class Encounters(ChartRows):
    required_permissions = {"GET": P.VIEW_ENCOUNTER, "POST": P.EDIT_ENCOUNTER}
    list_action = "encounter.list"
    list_object = "encounter"
    model = Encounter
    body_class = bodies.EncounterIn
    serializer_class = bodies.EncounterOut
    filterset_class = filters.EncounterFilter
    ordering_fields = ["started_at"]


@changeable("an encounter", "encounters", bodies.EncounterFieldsIn, bodies.EncounterOut)
class EncounterRow(ChartRow):
    required_permissions = {
        "GET": P.VIEW_ENCOUNTER,
        "PATCH": P.EDIT_ENCOUNTER,
        "DELETE": P.EDIT_ENCOUNTER,
    }
    model = Encounter
    body_class = bodies.EncounterFieldsIn
    shown_class = bodies.EncounterOut


@historical("an encounter", "encounters")
class EncounterHistory(RowHistory):
    required_permissions = {"GET": P.VIEW_ENCOUNTER}
    list_object = "encounter"
    model = Encounter


@described(
    "prescriptions",
    "a prescription",
    "prescriptions",
    bodies.PrescriptionIn,
    bodies.PrescriptionOut,
    ErrorCode.PRESCRIPTION_WARNED,
)
class Prescriptions(ChartRows):
    required_permissions = {"GET": P.VIEW_PRESCRIPTION, "POST": P.CREATE_PRESCRIPTION}
    list_action = "prescription.list"
    list_object = "prescription"
    model = Prescription
    body_class = bodies.PrescriptionIn
    serializer_class = bodies.PrescriptionOut
    filterset_class = filters.PrescriptionFilter
    ordering_fields = ["prescribed_at"]

    def create(self, fields: dict[str, Any]) -> Prescription:
        return services.prescription_create(actor=self.actor, **fields)


@changeable("a prescription", "prescriptions", bodies.PrescriptionFieldsIn, bodies.PrescriptionOut)
class PrescriptionRow(ChartRow):
    required_permissions = {
        "GET": P.VIEW_PRESCRIPTION,
        "PATCH": P.CREATE_PRESCRIPTION,
        "DELETE": P.CREATE_PRESCRIPTION,
    }
    model = Prescription
    body_class = bodies.PrescriptionFieldsIn
    shown_class = bodies.PrescriptionOut


@historical("a prescription", "prescriptions")
class PrescriptionHistory(RowHistory):
    required_permissions = {"GET": P.VIEW_PRESCRIPTION}
    list_object = "prescription"
    model = Prescription


@described("vital signs", "vital signs", "vital signs", bodies.VitalsIn, bodies.VitalsOut)
class VitalSigns(ChartRows):
    required_permissions = {"GET": P.VIEW_ENCOUNTER, "POST": P.RECORD_VITALS}
    list_action = "vitals.list"
    list_object = "vitals"
    model = Vitals
    body_class = bodies.VitalsIn
    serializer_class = bodies.VitalsOut
    filterset_class = filters.VitalsFilter
    ordering_fields = ["measured_at"]


@changeable("vital signs", "vital signs", bodies.VitalsFieldsIn, bodies.VitalsOut)
class VitalSignsRow(ChartRow):
    required_permissions = {
        "GET": P.VIEW_ENCOUNTER,
        "PATCH": P.RECORD_VITALS,
        "DELETE": P.RECORD_VITALS,
    }
    model = Vitals
    body_class = bodies.VitalsFieldsIn
    shown_class = bodies.VitalsOut


@historical("vital signs", "vital signs")
class VitalsHistory(RowHistory):
    required_permissions = {"GET": P.VIEW_ENCOUNTER}
    list_object = "vitals"
    model = Vitals


@described(
    "allergies",
    "an allergy",
    "allergies",
    bodies.AllergyIn,
    bodies.AllergyOut,
    ErrorCode.INVALID_TRANSITION,
)
class Allergies(ChartRows):
    required_permissions = {"GET": P.VIEW_ENCOUNTER, "POST": P.EDIT_ENCOUNTER}
    list_action = "allergy.list"
    list_object = "allergy"
    model = Allergy
    body_class = bodies.AllergyIn
    serializer_class = bodies.AllergyOut
    filterset_class = filters.AllergyFilter
    ordering_fields = ["created_at"]

    def create(self, fields: dict[str, Any]) -> Allergy:
        return allergy_create(actor=self.actor, **fields)


@changeable("an allergy", "allergies", bodies.AllergyFieldsIn, bodies.AllergyOut)
class AllergyRow(ChartRow):
    required_permissions = {
        "GET": P.VIEW_ENCOUNTER,
        "PATCH": P.EDIT_ENCOUNTER,
        "DELETE": P.EDIT_ENCOUNTER,
    }
    model = Allergy
    body_class = bodies.AllergyFieldsIn
    shown_class = bodies.AllergyOut


@historical("an allergy", "allergies")
class AllergyHistory(RowHistory):
    required_permissions = {"GET": P.VIEW_ENCOUNTER}
    list_object = "allergy"
    model = Allergy


@described("problems", "a problem", "problems", bodies.ProblemIn, bodies.ProblemOut)
class Problems(ChartRows):
    required_permissions = {"GET": P.VIEW_ENCOUNTER, "POST": P.EDIT_ENCOUNTER}
    list_action = "problem.list"
    list_object = "problem"
    model = Problem
    body_class = bodies.ProblemIn
    serializer_class = bodies.ProblemOut
    filterset_class = filters.ProblemFilter
    ordering_fields = ["created_at"]


@changeable("a problem", "problems", bodies.ProblemFieldsIn, bodies.ProblemOut)
class ProblemRow(ChartRow):
    required_permissions = {
        "GET": P.VIEW_ENCOUNTER,
        "PATCH": P.EDIT_ENCOUNTER,
        "DELETE": P.EDIT_ENCOUNTER,
    }
    model = Problem
    body_class = bodies.ProblemFieldsIn
    shown_class = bodies.ProblemOut


@historical("a problem", "problems")
class ProblemHistory(RowHistory):
    required_permissions = {"GET": P.VIEW_ENCOUNTER}
    list_object = "problem"
    model = Problem


@described("notes", "a note", "notes", bodies.NoteIn, bodies.NoteOut)
class Notes(ChartRows):
    required_permissions = {"GET": P.VIEW_ENCOUNTER, "POST": P.EDIT_ENCOUNTER}
    list_action = "note.list"
    list_object = "note"
    model = Note
    body_class = bodies.NoteIn
    serializer_class = bodies.NoteOut
    filterset_class = filters.NoteFilter
    ordering_fields = ["created_at"]


@changeable("a note", "notes", bodies.NoteFieldsIn, bodies.NoteOut)
class NoteRow(ChartRow):
    required_permissions = {
        "GET": P.VIEW_ENCOUNTER,
        "PATCH": P.EDIT_ENCOUNTER,
        "DELETE": P.EDIT_ENCOUNTER,
    }
    model = Note
    body_class = bodies.NoteFieldsIn
    shown_class = bodies.NoteOut


@historical("a note", "notes")
class NoteHistory(RowHistory):
    required_permissions = {"GET": P.VIEW_ENCOUNTER}
    list_object = "note"
    model = Note
