import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery


def patients_check(apps, schema_editor):
    """Before the first column, because MariaDB keeps what a failed migration has done."""
    lost = [
        str(job.pk)
        for job in apps.get_model("ai", "AIJob").objects.filter(study__patient=None)
        if _requested_for(apps, job) is None
    ]
    if lost:
        raise RuntimeError(f"AI jobs {', '.join(lost)}: match their studies, then migrate")


def _requested_for(apps, job):
    """The patient that the audit record names, of a study that has none now."""
    records = apps.get_model("audit", "AuditLog").objects.filter(action="ai_job.create")
    record = records.filter(object_id=str(job.pk), patient_id__isnull=False).first()
    known = apps.get_model("emr", "Patient").objects
    return known.filter(pk=record.patient_id).first() if record else None


def patients_fill(apps, schema_editor):
    """The patient of the study; of a study that has none now, the one for whom it was requested."""
    jobs = apps.get_model("ai", "AIJob").objects.filter(patient=None)
    study = apps.get_model("pacs", "Study").objects.filter(pk=OuterRef("study_id"))
    jobs.update(patient_id=Subquery(study.values("patient_id")[:1]))
    for job in jobs.all():
        job.patient = _requested_for(apps, job)
        job.save(update_fields=["patient"])


class Migration(migrations.Migration):

    dependencies = [
        ("ai", "0004_studies_of_pacs"),
        ("audit", "0001_initial"),
        ("emr", "0010_prescription_stops_and_encounter_locations"),
        ("pacs", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(patients_check, migrations.RunPython.noop, elidable=True),
        migrations.AddField(
            model_name="aijob",
            name="origin",
            field=models.CharField(
                choices=[("model", "Model"), ("manual", "Manual"), ("import", "Import")],
                db_default="model",
                default="model",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="aijob",
            name="patient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ai_jobs",
                to="emr.patient",
            ),
        ),
        migrations.AddField(
            model_name="aijob",
            name="facts",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="aijob",
            name="input_sha256",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.RunPython(patients_fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="aijob",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ai_jobs",
                to="emr.patient",
            ),
        ),
        migrations.AlterField(
            model_name="aijob",
            name="series",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ai_jobs",
                to="pacs.series",
            ),
        ),
        migrations.AlterField(
            model_name="aijob",
            name="study",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ai_jobs",
                to="pacs.study",
            ),
        ),
        migrations.AddIndex(
            model_name="aijob",
            index=models.Index(fields=["patient", "id"], name="ai_aijob_patient_418601_idx"),
        ),
        migrations.AddConstraint(
            model_name="aijob",
            constraint=models.CheckConstraint(
                condition=Q(series__isnull=False, study__isnull=False)
                | Q(series__isnull=True, study__isnull=True),
                name="ai_job_series_with_study",
            ),
        ),
    ]
