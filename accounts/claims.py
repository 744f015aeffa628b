"""What an identity token may say of its customer besides who they are. Pure."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from accounts.errors import IdentityError
from accounts.values import Attributes, Email, Locale, Name200, Phone, TimeZone


class Profile(BaseModel):
    """The claims that are fields of a customer. One that is missing or null says nothing, and changes nothing."""

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
        return self.model_dump(exclude_none=True)


def profile_of(claims: dict[str, Any]) -> Profile:
    """Raises IdentityError that names the claim."""
    said = {name: claims[name] for name in Profile.model_fields if claims.get(name) is not None}
    try:
        return Profile.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        reason = first["msg"].removeprefix("Value error, ")
        raise IdentityError("claim", f"The claim `{first['loc'][0]}` is not valid: {reason}") from None
