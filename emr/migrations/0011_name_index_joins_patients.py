from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The column stays as it is; Django learns that it names a patient, to read both at once."""

    dependencies = [("emr", "0010_prescription_stops_and_encounter_locations")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("NameSuffix"),
                migrations.CreateModel(
                    name="NameSuffix",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "suffix",
                                "patient",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("suffix", models.CharField(db_collation="utf8mb4_bin", max_length=40)),
                        (
                            "patient",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="emr.patient",
                            ),
                        ),
                    ],
                ),
            ]
        )
    ]
