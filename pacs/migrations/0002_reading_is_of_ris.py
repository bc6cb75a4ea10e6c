from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('pacs', '0001_initial'),
        ('ris', '0006_reading'),
    ]

    operations = [
        migrations.RemoveField(model_name='study', name='reader'),
        migrations.RemoveField(model_name='study', name='reading_at'),
        migrations.RemoveField(model_name='study', name='reading_status'),
    ]
