from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

KEPT = ("moved_at", "finished_at", "state", "done", "total", "breaks", "break_count", "restarts")


def split(apps, schema_editor):
    check, verdict = apps.get_model("audit", "AuditCheck"), apps.get_model("audit", "AuditVerdict")
    for row in check.objects.all():
        verdict.objects.create(check_asked=row, **{name: getattr(row, name) for name in KEPT})


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_head_check_and_seal_key")]

    operations = [
        migrations.CreateModel(
            name="AuditCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(max_length=16, unique=True)),
                ("since", models.BigIntegerField()),
                ("number", models.BigIntegerField()),
                ("waiting_since", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="AuditVerdict",
            fields=[
                ("check_asked", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="verdict", serialize=False, to="audit.auditcheck")),
                ("moved_at", models.DateTimeField(auto_now=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("state", models.CharField(choices=[("waiting", "Waiting"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")], default="waiting", max_length=10)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("breaks", models.JSONField(default=list)),
                ("break_count", models.BigIntegerField(default=0)),
                ("restarts", models.JSONField(default=list)),
                ("copies_compared", models.BooleanField(null=True)),
            ],
        ),
        migrations.RunPython(split, migrations.RunPython.noop),
        *(migrations.RemoveField("auditcheck", name) for name in KEPT),
    ]
