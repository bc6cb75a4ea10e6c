from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ris', '0015_registrations'),
    ]

    operations = [
        migrations.AddField(
            model_name='worklistsetting',
            name='by_modality',
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
