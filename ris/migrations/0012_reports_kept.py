import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

first = importlib.import_module("ris.migrations.0009_reports")
SAME = " AND ".join(f"NEW.{name} <=> OLD.{name}" for name in (*first.FIXED, "discarded"))
CLOSED = "OLD.status IN ('signed', 'amended', 'discarded')"
RULE = f"""
    BEFORE UPDATE ON ris_report FOR EACH ROW
    IF {CLOSED} AND NOT ({SAME}) THEN {first.REFUSED} 'a signed report is not changed'; END IF
"""
DROP = "DROP TRIGGER ris_report_update"


class Migration(migrations.Migration):

    dependencies = [
        ("emr", "0011_name_index_joins_patients"),
        ("ris", "0011_no_images"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="patient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="emr.patient",
            ),
        ),
        migrations.AddField(
            model_name="report", name="moved_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="report",
            name="moved_from",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="emr.patient",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="discarded",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="report",
            name="archive_failures",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="report",
            name="archive_error",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="report", name="archive_next_at", field=models.DateTimeField(null=True)
        ),
        migrations.AlterField(
            model_name="report",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("preliminary", "Preliminary"),
                    ("signed", "Signed"),
                    ("amended", "Amended"),
                    ("discarded", "Discarded"),
                ],
                default="draft",
                max_length=11,
            ),
        ),
        migrations.AlterField(
            model_name="reportversion",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("preliminary", "Preliminary"),
                    ("signed", "Signed"),
                    ("amended", "Amended"),
                    ("discarded", "Discarded"),
                ],
                max_length=11,
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="predecessor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successors",
                to="ris.report",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("predecessor", "discarded"), name="ris_one_amendment_of_a_report"
            ),
        ),
        # The index of the foreign key to the study begins the former constraint: the new one first.
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("study", "template", "edition", "discarded"), name="ris_one_report_kept"
            ),
        ),
        migrations.RemoveConstraint(model_name="report", name="ris_one_report_of_an_edition"),
        migrations.AlterField(
            model_name="reporttemplate",
            name="imported_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(
            [DROP, f"CREATE TRIGGER ris_report_update {RULE}"],
            [DROP, f"CREATE TRIGGER ris_report_update {first.TRIGGERS['ris_report_update']}"],
        ),
    ]
