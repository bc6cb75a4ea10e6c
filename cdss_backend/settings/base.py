"""Settings shared by every environment; what differs is in dev.py, prod.py and test.py."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cdss_backend.settings.env import (
    database,
    database_url,
    key_ring,
    load_env,
    openemr_database,
)
from rbac.menus import MENUS
from rbac.permissions import Role

ENV = load_env()

SECRET_KEY = ENV.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = [ENV.public_host.split(":")[0], "localhost", "127.0.0.1"]
ROOT_URLCONF = "cdss_backend.urls"
WSGI_APPLICATION = "cdss_backend.wsgi.application"
ASGI_APPLICATION = "cdss_backend.asgi.application"
AUTH_USER_MODEL = "acct.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

APPS = tuple((Path(__file__).parents[1] / "apps.txt").read_text(encoding="utf-8").split())
"""Our apps, the highest first: an app imports from those after it alone."""
PROJECT_APPS = [*reversed(APPS), "common.outbox", "common.ops", "common.idempotency"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "channels",
    *PROJECT_APPS,
]
MIDDLEWARE = [
    "common.context.RequestContextMiddleware",
    "common.ops.middleware.MeasuredMiddleware",
    "common.api.cache_policy.NoStoreMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {"default": database(database_url(ENV))}
if ENV.openemr_database_url:
    DATABASES["openemr"] = openemr_database(ENV.openemr_database_url, ENV.hospital_timezone)
OPENEMR_ENABLED = "openemr" in DATABASES
OPENEMR_MAX_AGE_S = ENV.openemr_max_age_s
DATABASE_ROUTERS = ["openemr.router.OpenemrRouter"]
DATABASE_SEAL_ACCOUNT = "cdss_seal"
DATABASE_APP_URL = ENV.database_url.get_secret_value()

_REDIS = ENV.redis_url.get_secret_value().rstrip("/")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"{_REDIS}/1"}
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # without a timeout of its own: an idle socket blocks in one read until a message comes
        "CONFIG": {"hosts": [{"address": f"{_REDIS}/1", "socket_timeout": None}]},
    }
}
AUDIT_STREAM_URL = f"{_REDIS}/2"
METRICS_URL = f"{_REDIS}/3"
AUDIT_HMAC_KEYS = key_ring(ENV.audit_hmac_key)
AUDIT_SIGNING_KEYS = key_ring(ENV.audit_signing_key)
"""Empty but in the process that seals."""
AUDIT_HEADS_FILE = ENV.audit_heads_file
AUDIT_SYSLOG = ENV.audit_syslog
AUDIT_OBJECT_STORE = ENV.audit_object_store
AUDIT_OBJECT_ENDPOINT = ENV.audit_object_endpoint
AUDIT_OBJECT_REGION = ENV.audit_object_region
AUDIT_OBJECT_LOCK_DAYS = ENV.audit_object_lock_days
AUDIT_OBJECT_ACCESS_KEY = ENV.audit_object_access_key
AUDIT_OBJECT_SECRET_KEY = ENV.audit_object_secret_key.get_secret_value()

CELERY_BROKER_URL = f"{_REDIS}/0"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ROUTES = ("common.tasks.route",)
CELERY_TASK_DEFAULT_QUEUE = "django_tasks"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "outbox-sweep": {"task": "common.outbox.tasks.sweep", "schedule": ENV.outbox_sweep_s},
    "idempotency-expire": {"task": "common.idempotency.tasks.expire", "schedule": 3600.0},
    "audit-flush": {"task": "audit.tasks.flush_stream", "schedule": 2.0},
    "audit-seal": {"task": "audit.tasks.seal", "schedule": 30.0},
    "audit-sign-head": {"task": "audit.tasks.sign_head", "schedule": 60.0},
    "audit-verify-daily": {"task": "audit.tasks.verify_daily", "schedule": 86400.0},
    "pacs-poll-changes": {"task": "pacs.tasks.poll_changes", "schedule": 1.0},
    "pacs-find-deletions": {"task": "pacs.tasks.find_deletions", "schedule": 60.0},
    "pacs-find-hidden-deletions": {
        "task": "pacs.tasks.find_hidden_deletions",
        "schedule": 86400.0,
    },
    "pacs-transcode-opened": {"task": "pacs.tasks.transcode_opened", "schedule": 10.0},
    "pacs-repair-frames": {"task": "pacs.tasks.repair_frames", "schedule": 60.0},
    "treatment-remind-visits": {"task": "treatment.tasks.remind_visits", "schedule": 300.0},
    "ocs-alert-overdue": {"task": "ocs.tasks.alert_overdue", "schedule": 60.0},
    "lis-escalate-criticals": {"task": "lis.tasks.escalate_criticals", "schedule": 60.0},
    "ris-escalate-criticals": {"task": "ris.tasks.escalate_criticals", "schedule": 60.0},
    "ris-archive-reports": {"task": "ris.tasks.archive_reports", "schedule": 60.0},
    "emr-scan-duplicates": {"task": "emr.tasks.scan_duplicates", "schedule": 300.0},
    "emr-check-name-index": {"task": "emr.tasks.check_name_index", "schedule": 300.0},
    "emr-settle-merges": {"task": "emr.tasks.settle_merges", "schedule": 3600.0},
    "openemr-probe": {"task": "openemr.tasks.probe", "schedule": 5.0},
    "fhir-probe": {"task": "fhir.tasks.probe", "schedule": 10.0},
    "fhir-index-results": {"task": "fhir.tasks.index_results", "schedule": 3600.0},
    "ris-expire-locks": {"task": "ris.tasks.expire_locks", "schedule": 30.0},
    "ris-reconcile-modalities": {
        "task": "ris.tasks.reconcile_modalities",
        "schedule": 10.0,
    },
    "ris-record-associations": {"task": "ris.tasks.record_associations", "schedule": 2.0},
    "pacs-mark-stable": {"task": "pacs.tasks.mark_stable", "schedule": 2.0},
}

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENV.hospital_timezone
HOSPITAL_NAME = ENV.hospital_name
STATIC_URL = "/static/"
STATIC_ROOT = ENV.static_root

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 << 20
DATA_UPLOAD_MAX_NUMBER_FILES = 5000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
CDSS_DATA_DIR = ENV.cdss_data_dir.resolve()
FILE_UPLOAD_TEMP_DIR = CDSS_DATA_DIR / "tmp"
AI_SEG_DIR = CDSS_DATA_DIR / "ai_seg"
RNA_SEQ_DIR = CDSS_DATA_DIR / "rna_seq"
RNA_SEQ_MAX_BYTES = 256 << 20
REPORT_SIGNING_DIR = ENV.report_signing_dir or CDSS_DATA_DIR / "report_signing"
REPORT_PATIENT_DELAY_HOURS = ENV.report_patient_delay_hours
CRITICAL_ESCALATION_MINUTES = ENV.critical_escalation_minutes
MLLP_PORT = ENV.mllp_port
MLLP_USER = ENV.mllp_user
MLLP_PEERS = ENV.mllp_peers
FRAME_CACHE_DIR = ENV.frame_cache_dir
WORKLIST_IDLE_MINUTES = ENV.worklist_idle_minutes
DICOM_CHARACTER_SET = ENV.dicom_character_set
ARCHIVE_LOG_FILE = ENV.archive_log_file
DICOM_AE_TITLE = ENV.orthanc_aet
DICOM_QUERY_PORT = ENV.dicom_query_port
DICOM_QUERY_BIND = ENV.dicom_query_bind
HTJ2K_WORKERS = ENV.htj2k_workers
HTJ2K_MIN_FREE_BYTES = ENV.htj2k_min_free_bytes
UPLOAD_MAX_FILE_BYTES = ENV.upload_max_file_bytes
UPLOAD_INDEX_WAIT_S = ENV.upload_index_wait_s
for _directory in (FILE_UPLOAD_TEMP_DIR, AI_SEG_DIR, RNA_SEQ_DIR):
    _directory.mkdir(parents=True, exist_ok=True, mode=0o700)

PUBLIC_BASE_URL = f"{ENV.public_scheme}://{ENV.public_host}"
ORTHANC_URL = ENV.orthanc_url
ORTHANC_CREDENTIALS = (ENV.orthanc_username, ENV.orthanc_password.get_secret_value())
INFERENCE_URL = ENV.inference_url
INFERENCE_TOKEN = ENV.inference_token.get_secret_value()
INFERENCE_TIMEOUT_S = ENV.inference_timeout_s
FHIR_IDENTIFIER_BASE = ENV.fhir_identifier_base
HAPI_URL = ENV.hapi_url
HAPI_TOKEN = ENV.hapi_token.get_secret_value()
OUTBOX_LEASE_S = ENV.outbox_lease_s
OUTBOX_SWEEP_S = ENV.outbox_sweep_s

PASSWORD_HASHERS = [
    "acct.hashers.LowPriorityArgon2PasswordHasher",
    "acct.hashers.LowPriorityPBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "acct.password_rules.OwnDetailsValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "acct.password_rules.BreachedPasswordValidator"},
    {"NAME": "acct.password_rules.OurNamesValidator"},
]
SESSION_LIFETIME = timedelta(hours=ENV.session_hours)
SESSION_IDLE = timedelta(minutes=ENV.session_idle_minutes)
GLASS_OPENINGS_PER_DAY = ENV.glass_openings_per_day
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": ENV.jwt_signing_key.get_secret_value(),
    "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
    "REFRESH_TOKEN_LIFETIME": SESSION_LIFETIME,
    "ISSUER": "neuronova",
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["acct.authentication.SessionJWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["common.api.permissions.DeclaredPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.PlainJsonParser"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.Pagination",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "audit.handlers.refusal_recorded",
    "UNAUTHENTICATED_USER": "common.api.permissions.Nobody",
}
API_SCHEMA_ACCESS = "public"
SPECTACULAR_SETTINGS = {
    "TITLE": "NeuroNova CDSS",
    "DESCRIPTION": "Clinical decision support: orders, imaging, AI results and review.",
    "VERSION": "1.0.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pacs.openapi.describe_dicomweb",
        "fhir.facade.openapi.name_operations",
        "common.api.schema.share_error_responses",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AIJobStatus": "ai.choices.JobStatus",
        "AIJobOrigin": "ai.choices.Origin",
        "AIMissingReason": "ai.choices.MissingReason",
        "AIOfferKind": "ai.choices.OfferKind",
        "AIRoutingRefusal": "ai.choices.RoutingRefusal",
        "AIDryOutcome": "ai.choices.DryOutcome",
        "PriorityEnum": "ocs.choices.Priority",
        "ReviewStatus": "ai.choices.ReviewStatus",
        "PublicationStatus": "ai.choices.PublicationStatus",
        "VersionKind": "ai.choices.VersionKind",
        "ModelRunKind": ["network", "rule", "assist", "remote"],
        "CdsRule": "fhir.choices.CdsRule",
        "CdsHook": "fhir.choices.Hook",
        "CdsIndicator": "fhir.choices.Indicator",
        "CdsCardOutcome": "fhir.choices.CardOutcome",
        "OrderStatus": "ocs.choices.OrderStatus",
        "BodyPart": "ocs.choices.BodyPart",
        "Laterality": "ocs.choices.Laterality",
        "SpecimenKind": "lis.choices.SpecimenKind",
        "LabBenchStep": "lis.choices.BenchStep",
        "SpecimenState": "lis.choices.SpecimenState",
        "SpecimenRejectReason": "lis.choices.RejectReason",
        "LabResultState": "lis.choices.ResultState",
        "LabResultSource": "lis.choices.ResultSource",
        "LabFlag": "lis.choices.Flag",
        "LabMessageKind": "lis.choices.MessageKind",
        "LabMessageState": "lis.choices.MessageState",
        "CallOutcome": "lis.choices.CallOutcome",
        "ReportValueKind": ["ai", "measurement", "prior"],
        "ReportCriticalCategory": "ris.choices.CriticalCategory",
        "ReportStatus": "ris.choices.ReportStatus",
        "RegistrationStatus": "ris.choices.RegistrationStatus",
        "ReportLanguage": "ris.choices.ReportLanguage",
        "LanguageEnum": [("ko", "ko"), ("en", "en")],
        "AuditCheckState": "audit.choices.CheckState",
        "AuditBreakKind": "audit.choices.BreakKind",
        "Htj2kRefusal": "pacs.choices.Htj2kRefusal",
        "SuggestionReason": "pacs.choices.SuggestionReason",
        "UnfiledDecision": "pacs.choices.UnfiledDecision",
        "InstancePlace": "pacs.choices.InstancePlace",
        "ReviewDecision": ["approve", "reject"],
        "HangingReason": "ris.hanging.similarity.MatchReason",
        "SeriesKind": "ris.hanging.traits.SeriesKind",
        "ReadingStatus": "ris.choices.ReadingStatus",
        "OutboxStatus": "common.outbox.models.OutboxStatus",
        "GenderEnum": "emr.choices.Gender",
        "EncounterKind": "emr.choices.EncounterKind",
        "AllergyCategory": "emr.choices.AllergyCategory",
        "AllergyCodeSystem": "emr.choices.AllergyCodeSystem",
        "AllergySeverity": "emr.choices.AllergySeverity",
        "ProblemCodeSystem": "emr.choices.ProblemCodeSystem",
        "RecordStatus": "emr.choices.RecordStatus",
        "AllergyState": "emr.choices.AllergyState",
        "ChangeAction": "emr.choices.ChangeAction",
        "PrescriptionWarning": "emr.choices.PrescriptionWarning",
        "VitalFlag": "emr.choices.VitalFlag",
        "ConflictSide": "emr.choices.ConflictSide",
        "ConflictKind": "emr.choices.ConflictKind",
        "LinkKind": "emr.choices.LinkKind",
        "SyncFault": "emr.choices.SyncFault",
        "SyncRunState": "emr.choices.RunState",
        "Consciousness": "emr.choices.Consciousness",
        "Spo2Scale": "emr.choices.Spo2Scale",
        "CareRole": "emr.choices.CareRole",
        "ContactRequestState": "emr.choices.ContactRequestState",
        "BulkOutcome": "emr.choices.BulkOutcome",
        "NewsRisk": "emr.choices.NewsRisk",
        "NewsObservation": "emr.choices.NewsObservation",
        "NewsRefusal": "emr.choices.NewsRefusal",
        "BedState": "emr.choices.BedState",
        "WardTaskKind": "emr.choices.WardTaskKind",
        "RecordPart": "emr.choices.RecordPart",
        "MergeState": "emr.choices.MergeState",
        "MergeSide": "emr.choices.MergeSide",
        "MergeObstacle": "emr.choices.MergeObstacle",
        "MergeWarning": "emr.choices.MergeWarning",
        "IncomingState": "emr.choices.IncomingState",
        "IncomingDecision": "emr.choices.IncomingDecision",
        "PatientLikeness": "emr.choices.Likeness",
        "NotificationKind": "alert.choices.Kind",
        "GrantKind": "rbac.models.GrantKind",
        "OutcomeEnum": "audit.choices.Outcome",
        "GlassOutcome": "rbac.choices.GlassOutcome",
        "Permission": "rbac.permissions.Permission",
        "RoleEnum": [role.value for role in Role],
        "MenuKey": [entry.key for entry in MENUS],
        "HealthStatus": ["ok", "failing", "timeout"],
        "ShareSide": "ris.choices.ShareSide",
        "EchoOutcome": "ris.choices.EchoOutcome",
        "WorklistState": "ris.choices.WorklistState",
        "PerformedState": "ris.choices.PerformedState",
        "TlsCheck": "ris.choices.TlsCheck",
        "WorklistReason": "ris.choices.WorklistReason",
        "AccessBasis": "ris.choices.AccessBasis",
        "TreatmentKind": "treatment.choices.TreatmentKind",
        "PlanStatus": "treatment.choices.PlanStatus",
        "ResectionExtent": "treatment.choices.ResectionExtent",
        "RadiotherapyTechnique": "treatment.choices.RadiotherapyTechnique",
        "DoseUnit": "treatment.choices.DoseUnit",
        "CourseEventKind": "treatment.choices.CourseEventKind",
        "AdverseAttribution": "treatment.choices.Attribution",
        "AdverseAction": "treatment.choices.ActionTaken",
        "VisitStatus": "treatment.choices.VisitStatus",
        "VitalStatus": "treatment.choices.VitalStatus",
        "FlairChange": "treatment.choices.FlairChange",
        "ClinicalChange": "treatment.choices.ClinicalChange",
        "RanoResponse": "treatment.choices.Response",
        "RanoReason": "treatment.choices.Reason",
        "TreatmentRecordKind": "treatment.choices.RecordKind",
        "TreatmentRecordAction": "treatment.choices.RecordAction",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "context": {"()": "common.context.ContextFilter"},
        "celery": {"()": "common.logs.CeleryFilter"},
    },
    "formatters": {"json": {"()": "common.logs.Formatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["context", "celery"],
            "formatter": "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "urllib3": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "pydicom": {"level": "ERROR"},
        "pynetdicom": {"level": "ERROR"},
        "highdicom": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "pyhanko": {"level": "ERROR"},
    },
}
