from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ris", "0013_performed_steps"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="criticalreport",
            index=models.Index(fields=["at"], name="ris_critical_report_at"),
        ),
    ]
