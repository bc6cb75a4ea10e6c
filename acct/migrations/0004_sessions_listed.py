from datetime import timedelta

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Least, Now
from django.utils import timezone

LIFETIME = timedelta(hours=12)


def end_earlier(apps, schema_editor):
    """Sessions from before lasted for a week after their last renewal."""
    sessions = apps.get_model("acct", "Session").objects.filter(revoked_at__isnull=True)
    sessions.update(expires_at=Least(F("expires_at"), F("created_at") + LIFETIME))


class Migration(migrations.Migration):
    dependencies = [("acct", "0003_alter_user_managers")]

    operations = [
        migrations.AddField("session", "user_agent", models.CharField(blank=True, db_default="", max_length=300)),
        migrations.AddField("session", "address", models.CharField(blank=True, db_default="", max_length=45)),
        migrations.AddField("session", "last_used_at", models.DateTimeField(db_default=Now(), default=timezone.now)),
        migrations.RunPython(end_earlier, migrations.RunPython.noop),
    ]
