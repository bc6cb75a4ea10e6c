from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pacs', '0003_names_in_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='changecursor',
            name='anchors',
            field=models.JSONField(default=list),
        ),
    ]
