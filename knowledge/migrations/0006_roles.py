"""Two groups to begin with. What each may do is the company's to change afterwards."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

EDITORS = {
    "view": "collection document documentversion source syncrun indexversion curatedanswer",
    "add": "document source curatedanswer",
    "change": "document source curatedanswer",
}
PUBLISHERS = {
    "view": EDITORS["view"],
    "add": f"{EDITORS['add']} collection",
    "change": f"{EDITORS['change']} collection",
    "delete": "document source curatedanswer collection",
    "publish": "document",
}


def make_groups(apps, schema_editor):
    """Permissions are usually made after all migrations; here they are needed now."""
    config = apps.get_app_config("knowledge")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    config.models_module = None
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, rights in {"Editors": EDITORS, "Publishers": PUBLISHERS}.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            codenames = [f"{verb}_{model}" for verb, models in rights.items() for model in models.split()]
            ours = Permission.objects.filter(content_type__app_label="knowledge", codename__in=codenames)
            group.permissions.set(ours)


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0005_index_per_engine"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop, elidable=False)]
