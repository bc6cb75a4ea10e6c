from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='outboxevent',
            index=models.Index(fields=['aggregate', 'handler', 'status'], name='outbox_order'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='aggregate',
            field=models.CharField(max_length=150),
        ),
    ]
