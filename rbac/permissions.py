"""All permissions, roles and scopes."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    VIEW_PATIENT = "view_patient"
    EDIT_PATIENT = "edit_patient"
    VIEW_ENCOUNTER = "view_encounter"
    VIEW_PRESCRIPTION = "view_prescription"
    EDIT_ENCOUNTER = "edit_encounter"
    CREATE_PRESCRIPTION = "create_prescription"
    RECORD_VITALS = "record_vitals"
    CREATE_ORDER = "create_order"
    WORK_RIS_ORDER = "work_ris_order"
    WORK_LIS_ORDER = "work_lis_order"
    ENTER_LAB_RESULT = "enter_lab_result"
    CONFIRM_ORDER = "confirm_order"
    VIEW_ORDER = "view_order"
    VIEW_STUDY = "view_study"
    VIEW_DICOM = "view_dicom"
    UPLOAD_DICOM = "upload_dicom"
    MATCH_STUDY = "match_study"
    VIEW_REPORT = "view_report"
    WRITE_REPORT = "write_report"
    SIGN_REPORT = "sign_report"
    REQUEST_AI = "request_ai"
    REVIEW_AI = "review_ai"
    READ_FHIR = "read_fhir"
    MANAGE_USERS = "manage_users"
    MANAGE_ROLES = "manage_roles"
    VIEW_AUDIT = "view_audit"
    OPERATE = "operate"
    BREAK_GLASS = "break_glass"
    REVIEW_GLASS = "review_glass"
    SHARE_PATIENT = "share_patient"
    VIEW_ACCESS = "view_access"
    RECORD_TREATMENT = "record_treatment"
    VIEW_COHORT = "view_cohort"
    CRITICAL_RESULT = "critical_result"
    VIEW_WARD = "view_ward"
    PLACE_PATIENT = "place_patient"
    MANAGE_WARDS = "manage_wards"
    MERGE_PATIENTS = "merge_patients"
    MANAGE_MODELS = "manage_models"
    MANAGE_NODES = "manage_nodes"
    MANAGE_TEMPLATES = "manage_templates"
    VIEW_STATISTICS = "view_statistics"


class Role(StrEnum):
    ADMIN = "admin"
    DOCTOR = "doctor"
    RIB = "rib"
    LAB = "lab"
    NURSE = "nurse"
    PATIENT = "patient"
    EXTERNAL = "external"


class Scope(StrEnum):
    """The rows that a permission covers; other rows do not exist for the user."""

    NONE = "none"
    ALL = "all"
    OWN = "own"
    SHARED = "shared"
    RIS = "ris"
    LIS = "lis"
    SUMMARY = "summary"
    OWN_SIGNED = "own_signed"
    SHARED_SIGNED = "shared_signed"
