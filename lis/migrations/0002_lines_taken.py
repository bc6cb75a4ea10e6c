from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lis", "0001_laboratory")]

    operations = [
        migrations.AddField(
            model_name="inboundmessage",
            name="taken",
            field=models.JSONField(default=list),
        ),
    ]
