from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A share of a study names the patient too; ``pacs`` fills in those that are there."""

    dependencies = [("rbac", "0002_order_access")]

    operations = [
        migrations.RemoveConstraint("grant", "grant_names_one_patient_or_one_study"),
        migrations.AddConstraint(
            "grant",
            models.CheckConstraint(
                condition=Q(patient_id__isnull=False) | Q(study_instance_uid__isnull=False),
                name="grant_names_a_patient_or_a_study",
            ),
        ),
    ]
