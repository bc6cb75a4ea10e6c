from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ris", "0010_modality"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="criticalreport",
            index=models.Index(fields=["at"], name="ris_critical_report_at"),
        ),
    ]
