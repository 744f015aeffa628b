"""Members of staff and their roles. Nobody rises above their own rights, and every change of rights is on record."""

from typing import Any, cast

import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import actors, audit, rights
from accounts.audit import Action
from accounts.models import User
from supportbot.theme import Checkboxes

# Keys of second factors are nobody's to read, and who may vouch for our staff is for the environment to say.
admin.site.unregister([Group, Authenticator, SocialAccount, SocialApp, SocialToken])


HELP = {
    "first_name": "What customers see when this person answers them. Without one they see “Support”.",
    "is_staff": "Needed to get into the console or the admin at all, whatever the roles.",
    "groups": "What this person may do, once they have staff status.",
}


def manager(request: HttpRequest) -> User:
    return cast(User, request.user)


class WithinOwnRights:
    """Stands before a ``ModelAdmin`` on which permissions or roles are chosen."""

    def formfield_for_manytomany(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only what the manager has is there to choose, and nothing else is accepted."""
        if field.related_model is Group:
            kwargs |= {"queryset": rights.roles_within(manager(request)), "widget": Checkboxes()}
        else:
            held = rights.permissions_of(manager(request)).select_related("content_type")
            kwargs["queryset"] = held.order_by("content_type", "pk")
        return super().formfield_for_manytomany(field, request, **kwargs)  # type: ignore[misc]


@admin.register(User)
class UserAdmin(WithinOwnRights, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = [
        "username",
        "display_name",
        "email",
        "roles",
        "is_active",
        "is_staff",
        "second_factor",
        "last_login",
    ]
    list_filter = ["is_active", "is_staff", "groups"]
    actions = ["take_second_factor_away"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        said = {"help_text": HELP[db_field.name]} if db_field.name in HELP else {}
        return super().formfield_for_dbfield(db_field, request, **kwargs, **said)

    @admin.display
    def roles(self, user: User) -> str:
        return ", ".join(sorted(role.name for role in user.groups.all()))

    # --- Who may -----------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        may: bool = super().has_change_permission(request, obj)
        return may and (obj is None or rights.may_manage(manager(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        may: bool = super().has_delete_permission(request, obj)
        return may and (obj is None or rights.may_manage(manager(request), obj))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fixed = ["last_login", "date_joined"]
        return fixed if manager(request).is_superuser else ["is_superuser", *fixed]

    # --- On record ---------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        form.rights_before = rights.summary(User.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        changed = rights.difference(form.rights_before, rights.summary(User.objects.get(pk=form.instance.pk)))
        if changed:
            put_on_record(request, form.instance, changed)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        before = User.objects.filter(pk=id).first()
        response: HttpResponse = super().user_change_password(request, id, form_url)
        after = User.objects.filter(pk=id).first()
        if before and after and before.password != after.password:
            put_on_record(request, after, {"password": "set"})
        return response

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        put_on_record(request, obj, {"account": "deleted"})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    # --- The second factor -------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users: QuerySet[User] = super().get_queryset(request)
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return users.annotate(is_protected=Exists(factors)).prefetch_related("groups")

    @admin.display(boolean=True)
    def second_factor(self, user: Any) -> bool:
        return bool(user.is_protected)

    @admin.action(description="Take the second factor away (lost phone)", permissions=["change"])
    def take_second_factor_away(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            if self.has_change_permission(request, user) and Authenticator.objects.filter(user=user).delete()[0]:
                put_on_record(request, user, {"second factor": "taken away"})
                self.message_user(request, f"{user} signs in without a second factor until a new one is set up.")


def put_on_record(request: HttpRequest, user: User, changed: dict[str, Any]) -> None:
    details = {"user": user.get_username(), **changed}
    audit.record(Action.STAFF_CHANGED, actors.staff_of(request), about=f"user {user.pk}", details=details)


@admin.register(Group)
class RoleAdmin(WithinOwnRights, DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        may: bool = super().has_change_permission(request, obj)
        return may and self._is_within(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        may: bool = super().has_delete_permission(request, obj)
        return may and self._is_within(request, obj)

    def _is_within(self, request: HttpRequest, obj: Group | None) -> bool:
        return obj is None or rights.roles_within(manager(request)).filter(pk=obj.pk).exists()

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        form.rights_before = self._summary(Group.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        changed = rights.difference(form.rights_before, self._summary(form.instance))
        if changed:
            self._put_on_record(request, form.instance, changed)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        self._put_on_record(request, obj, {"role": "deleted"})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        for role in queryset:
            self.delete_model(request, role)

    def _summary(self, role: Group) -> dict[str, Any]:
        return {"name": role.name, "permissions": rights.names(Permission.objects.filter(group=role))}

    def _put_on_record(self, request: HttpRequest, role: Group, changed: dict[str, Any]) -> None:
        details = {"role": role.name, **changed}
        audit.record(Action.ROLE_CHANGED, actors.staff_of(request), about=f"role {role.pk}", details=details)
