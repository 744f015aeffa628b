import uuid

from django.db import migrations, models
from django.db.models import F


def each_its_own(apps, schema_editor):
    """A new column has the same default in every row."""
    apps.get_model("chat", "Conversation").objects.update(visitor=F("public_id"))


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0010_attachment"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="visitor",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.RunPython(each_its_own, migrations.RunPython.noop, elidable=True),
    ]
