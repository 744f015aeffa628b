"""What an identity token may say of its customer besides who they are. Pure."""

import json
from typing import Annotated, Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError as NotAnAddress
from django.core.validators import validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from accounts.errors import IdentityError

MAX_ATTRIBUTES = 50
MAX_ATTRIBUTES_LENGTH = 4000


def line(longest: int, pattern: str = r"^[^\x00-\x1f\x7f-\x9f]*$") -> Any:
    """One line of text. What no database can hold is no text."""
    return Annotated[str, StringConstraints(max_length=longest, pattern=pattern, strip_whitespace=True)]


def email_address(text: str) -> str:
    try:
        validate_email(text)
    except NotAnAddress:
        raise ValueError("it is no e-mail address") from None
    return text


def known_zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("it is no time zone such as Europe/Berlin")
    return text


def few(attributes: dict[str, Any]) -> dict[str, Any]:
    if len(attributes) > MAX_ATTRIBUTES or len(json.dumps(attributes)) > MAX_ATTRIBUTES_LENGTH:
        raise ValueError(
            f"at most {MAX_ATTRIBUTES} attributes with {MAX_ATTRIBUTES_LENGTH} characters in all are taken"
        )
    return attributes


class Profile(BaseModel):
    """The claims that are fields of a customer. One that is missing or null says nothing, and changes nothing."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    name: line(200) | None = None  # type: ignore[valid-type]
    email: Annotated[line(254), AfterValidator(email_address)] | None = None  # type: ignore[valid-type]
    phone: line(50, r"^\+?[0-9 ()./-]+$") | None = None  # type: ignore[valid-type]
    company: line(200) | None = None  # type: ignore[valid-type]
    locale: line(20, r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$") | None = None  # type: ignore[valid-type]
    time_zone: Annotated[line(64), AfterValidator(known_zone)] | None = None  # type: ignore[valid-type]
    attributes: (
        Annotated[
            dict[line(100, r"^[^\x00-\x1f\x7f.]+$"), line(1000) | int | float | bool | None],  # type: ignore[valid-type]
            AfterValidator(few),
        ]
        | None
    ) = None

    @property
    def news(self) -> dict[str, Any]:
        """What it says, by the names of the customer's fields."""
        return self.model_dump(exclude_none=True)


def profile_of(claims: dict[str, Any]) -> Profile:
    """Raises IdentityError that names the claim."""
    try:
        return Profile.model_validate(claims)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"][:2])
        raise IdentityError("claim", f"The claim `{name}` is not valid: {first['msg']}.") from None
