# The constraints in the database name tables, and those are the same.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0003_results_without_mask'),
        ('pacs', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.AlterField(
                model_name='aijob',
                name='series',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ai_jobs', to='pacs.series'),
            ),
            migrations.AlterField(
                model_name='aijob',
                name='study',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ai_jobs', to='pacs.study'),
            ),
        ]),
    ]
