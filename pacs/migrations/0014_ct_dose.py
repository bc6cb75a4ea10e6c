from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pacs', '0013_series_moves'),
    ]

    operations = [
        migrations.AddField(
            model_name='derivedobject',
            name='dose',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='series',
            name='ctdi_vol',
            field=models.FloatField(null=True),
        ),
    ]
