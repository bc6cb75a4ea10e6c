"""The tables of OpenEMR 8.2.0 that are used, under their own names; OpenEMR alone changes them.

Only columns that are read or written are here. Those that OpenEMR's own code fills for a new row,
or that are NOT NULL without a default, have their value of that code as the default.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class ZeroDateField(models.DateField):  # type: ignore[type-arg]
    """A DATE that is NOT NULL: None is written as the zero date, as OpenEMR does."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return "0000-00-00"
        return super().get_db_prep_value(value, connection, prepared)


def _text(length: int = 255, **options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=length, default="", **options)


def _nullable(length: int = 255, **options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=length, null=True, **options)


def _uuid() -> models.BinaryField[Any, Any]:
    return models.BinaryField(max_length=16, null=True)


def _decimal(places: int = 6) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=12, decimal_places=places, null=True, default=0)


class PatientData(models.Model):
    """``pid`` is what other tables refer to; ``id`` only counts. ``date`` is the last change."""

    id = models.BigAutoField(primary_key=True)
    uuid = _uuid()
    pid = models.BigIntegerField(unique=True)
    pubpid = _text()
    fname = _text()
    mname = _text()
    lname = _text()
    birth_date = models.DateField(db_column="DOB", null=True)
    sex = _text()
    street = _text()
    street_line_2 = models.TextField(null=True)
    city = _text()
    state = _text()
    postal_code = _text()
    phone_home = _text()
    phone_contact = _text()
    phone_cell = _text()
    date = models.DateTimeField(null=True, default=timezone.now)
    regdate = models.DateTimeField(null=True, default=timezone.now)

    class Meta:
        managed = False
        db_table = "patient_data"


class FormEncounter(models.Model):
    id = models.BigAutoField(primary_key=True)
    uuid = _uuid()
    date = models.DateTimeField(null=True)
    date_end = models.DateTimeField(null=True)
    onset_date = models.DateTimeField(null=True)
    reason = models.TextField(null=True)
    facility = models.TextField(null=True)
    facility_id = models.IntegerField(default=0)
    billing_facility = models.IntegerField(default=0)
    pid = models.BigIntegerField(null=True)
    encounter = models.BigIntegerField(null=True)
    pc_catid = models.IntegerField(default=5)
    provider_id = models.IntegerField(null=True, default=0)
    class_code = _text(10)

    class Meta:
        managed = False
        db_table = "form_encounter"


class FormIndex(models.Model):
    """One row per form of an encounter; without it OpenEMR does not show the form."""

    id = models.BigAutoField(primary_key=True)
    date = models.DateTimeField(null=True)
    encounter = models.BigIntegerField(null=True)
    form_name = models.TextField(null=True)
    form_id = models.BigIntegerField(null=True)
    pid = models.BigIntegerField(null=True)
    user = _nullable()
    groupname = _nullable(default="Default")
    authorized = models.SmallIntegerField(null=True, default=1)
    deleted = models.SmallIntegerField(default=0)
    formdir = models.TextField(null=True)

    class Meta:
        managed = False
        db_table = "forms"


class FormVitals(models.Model):
    """Pounds, inches, degrees Fahrenheit; 0 is "not measured"."""

    id = models.BigAutoField(primary_key=True)
    uuid = _uuid()
    date = models.DateTimeField(null=True)
    pid = models.BigIntegerField(null=True)
    user = _nullable()
    groupname = _nullable(default="Default")
    authorized = models.SmallIntegerField(null=True, default=1)
    activity = models.SmallIntegerField(null=True, default=1)
    bps = _nullable(40)
    bpd = _nullable(40)
    weight = _decimal()
    height = _decimal()
    temperature = _decimal()
    pulse = _decimal()
    respiration = _decimal()
    oxygen_saturation = _decimal(2)
    bmi = models.DecimalField(
        db_column="BMI", max_digits=12, decimal_places=6, null=True, default=0
    )
    note = _nullable()

    class Meta:
        managed = False
        db_table = "form_vitals"


class PrescribedDrug(models.Model):
    id = models.AutoField(primary_key=True)
    uuid = _uuid()
    patient_id = models.BigIntegerField(null=True)
    encounter = models.IntegerField(null=True)
    provider_id = models.IntegerField(null=True)
    drug = _nullable(150)
    rxnorm_drugcode = _nullable(25)
    dosage = _nullable(100)
    interval = models.IntegerField(null=True)
    drug_dosage_instructions = models.TextField(null=True)
    note = models.TextField(null=True)
    start_date = models.DateField(null=True)
    end_date = models.DateField(null=True)
    active = models.IntegerField(default=1)
    date_added = models.DateTimeField(null=True, default=timezone.now)
    date_modified = models.DateTimeField(null=True, default=timezone.now)
    tx_date = ZeroDateField(db_column="txDate", null=True)
    usage_category_title = _text()
    request_intent_title = _text()

    class Meta:
        managed = False
        db_table = "prescriptions"


class ListEntry(models.Model):
    """``type`` is allergy, medical_problem, medication, surgery, …"""

    id = models.BigAutoField(primary_key=True)
    uuid = _uuid()
    date = models.DateTimeField(null=True, default=timezone.now)
    type = _nullable()
    title = _nullable()
    begdate = models.DateTimeField(null=True)
    enddate = models.DateTimeField(null=True)
    diagnosis = _nullable()
    activity = models.SmallIntegerField(null=True, default=1)
    comments = models.TextField(null=True)
    pid = models.BigIntegerField(null=True)
    user = _nullable()
    groupname = _nullable(default="Default")
    reaction = _text()
    verification = _text(36)
    severity_al = _nullable(50)

    class Meta:
        managed = False
        db_table = "lists"


class ProcedureOrder(models.Model):
    procedure_order_id = models.BigAutoField(primary_key=True)
    uuid = _uuid()
    patient_id = models.BigIntegerField()
    encounter_id = models.BigIntegerField(default=0)
    date_ordered = models.DateTimeField(null=True)
    order_status = _text(31)
    external_id = _nullable(20)
    activity = models.SmallIntegerField(default=1)

    class Meta:
        managed = False
        db_table = "procedure_order"


class ProcedureOrderCode(models.Model):
    pk = models.CompositePrimaryKey("procedure_order_id", "procedure_order_seq")
    procedure_order_id = models.BigIntegerField()
    procedure_order_seq = models.IntegerField()
    procedure_code = _text(64)
    procedure_name = _text()
    procedure_type = _nullable(31)

    class Meta:
        managed = False
        db_table = "procedure_order_code"


class ProcedureReport(models.Model):
    procedure_report_id = models.BigAutoField(primary_key=True)
    uuid = _uuid()
    procedure_order_id = models.BigIntegerField(null=True)
    procedure_order_seq = models.IntegerField(default=1)
    date_report = models.DateTimeField(null=True)
    report_status = _text(31)
    review_status = models.CharField(max_length=31, default="received")

    class Meta:
        managed = False
        db_table = "procedure_report"


class ProcedureResult(models.Model):
    """``test`` and ``report``: put beside a row that is read."""

    test: str
    report: ProcedureReport
    procedure_result_id = models.BigAutoField(primary_key=True)
    uuid = _uuid()
    procedure_report_id = models.BigIntegerField()
    result_data_type = _text(1)
    result_code = _text(31)
    result_text = _text()
    date = models.DateTimeField(null=True)
    units = _text(31)
    result = _text()
    reference_range = _text(db_column="range")
    abnormal = _text(31)
    result_status = _text(31)

    class Meta:
        managed = False
        db_table = "procedure_result"


class OpenemrUser(models.Model):
    """Without the columns that are secret: password, e-mail address, numbers of the tax office."""

    id = models.BigAutoField(primary_key=True)
    uuid = _uuid()
    username = _nullable()
    fname = _nullable()
    lname = _nullable()
    npi = _nullable(15)
    active = models.SmallIntegerField(default=1)
    facility_id = models.IntegerField(default=0)

    class Meta:
        managed = False
        db_table = "users"


class OpenemrFacility(models.Model):
    id = models.AutoField(primary_key=True)
    name = _nullable()
    primary_business_entity = models.IntegerField(default=0)
    inactive = models.SmallIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "facility"


class Sequence(models.Model):
    """One row: the last number that was given to an encounter."""

    id = models.PositiveIntegerField(primary_key=True)

    class Meta:
        managed = False
        db_table = "sequences"


class UuidRegistry(models.Model):
    """``table_id`` is the name of the column that counts the rows of ``table_name``."""

    uuid = models.BinaryField(max_length=16, primary_key=True)
    table_name = _text()
    table_id = _text()
    created = models.DateTimeField(null=True, default=timezone.now)

    class Meta:
        managed = False
        db_table = "uuid_registry"
