"""What an identity token may say of its customer besides who they are. Pure."""

from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from accounts.errors import IdentityError
from accounts.values import (
    Attributes,
    CustomerId,
    Email,
    Locale,
    Name200,
    Phone,
    TimeZone,
    check_attributes,
    merged_attributes,
)

SUBJECT: TypeAdapter[str] = TypeAdapter(CustomerId)


class Profile(BaseModel):
    """The claims that are fields of a customer. One that is missing or null says nothing; an empty one empties."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    name: Name200 | None = None
    email: Email | None = None
    phone: Phone | None = None
    company: Name200 | None = None
    locale: Locale | None = None
    time_zone: TimeZone | None = None
    attributes: Attributes | None = None

    @property
    def news(self) -> dict[str, Any]:
        """What it says, by the names of the customer's fields."""
        return self.model_dump(exclude_unset=True)

    def beside(self, known: dict[str, Any]) -> dict[str, Any]:
        """The same, with the attributes that are ``known`` already. Raises IdentityError where they are too many."""
        if self.attributes is None:
            return self.news
        every = merged_attributes(known, self.attributes)
        try:
            check_attributes(every)
        except ValueError as error:
            reason = f"With those that are there already: {error}"
            raise IdentityError("claim", f"The claim `attributes` is not valid: {reason}") from None
        return {**self.news, "attributes": every}


def profile_of(claims: dict[str, Any]) -> Profile:
    """Raises IdentityError that names the claim."""
    said = {name: claims[name] for name in Profile.model_fields if claims.get(name) is not None}
    try:
        return Profile.model_validate(said)
    except ValidationError as error:
        name, reason = _first(error)
        raise IdentityError("claim", f"The claim `{name}` is not valid: {reason}") from None


def external_id_of(claims: dict[str, Any]) -> str:
    """What ``sub`` says, if programs could call a customer so. Raises IdentityError."""
    try:
        return SUBJECT.validate_python(claims["sub"])
    except ValidationError as error:
        _, reason = _first(error)
        raise IdentityError("sub", f"`sub` is not the id of a customer: {reason}") from None


def _first(error: ValidationError) -> tuple[str, str]:
    """The name of what is wrong, and why."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return ".".join(map(str, first["loc"][:1])), first["msg"].removeprefix("Value error, ")
