"""The roles to begin with. What each may do is the company's to change afterwards: a role that is there is left alone.

Editors and Publishers are made with the documents they look after.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

OURS = ["accounts", "knowledge", "chat"]
CONSOLE = {"chat": ["use_console"]}
AGENTS = {
    "chat": [*CONSOLE["chat"], "view_conversation", "view_message", "view_citation", "view_feedback"],
    "accounts": ["view_customer", "view_subscription", "view_order", "view_ticket", "view_ticketcomment"],
}
SUPERVISORS = {
    "chat": [*AGENTS["chat"], "view_spending", "view_widget"],
    "accounts": [*AGENTS["accounts"], "export_customer", "view_auditentry", "view_user"],
}
# What may be handed out has to be held, so whoever makes others agents, editors and admins holds all of it.
ADMINS = {**dict.fromkeys(OURS), "auth": ["view_group", "add_group", "change_group", "delete_group"]}


def make_roles(apps, schema_editor):
    """Permissions are usually made after all migrations; here they are needed now."""
    for label in [*OURS, "auth"]:
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
        config.models_module = None
    Group = apps.get_model("auth", "Group")
    for name, rights in {"Agents": AGENTS, "Supervisors": SUPERVISORS, "Admins": ADMINS}.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            group.permissions.set(permissions(apps, rights))
    keep_the_console_open(apps)


def permissions(apps, rights):
    """All of an app's where no names are given."""
    Permission = apps.get_model("auth", "Permission")
    found = Permission.objects.none()
    for label, codenames in rights.items():
        of_app = Permission.objects.filter(content_type__app_label=label)
        found = found | (of_app if codenames is None else of_app.filter(codename__in=codenames))
    return found


def keep_the_console_open(apps):
    """It used to ask only for staff, so those who were members of staff until now keep it."""
    (permission,) = permissions(apps, CONSOLE)
    User = apps.get_model("accounts", "User")
    for user in User.objects.filter(is_staff=True, is_superuser=False):
        user.user_permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0018_conversation_goes_with_customer"),
        ("accounts", "0009_audit_actions"),
        ("knowledge", "0012_missing_documents"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop, elidable=False)]
