"""What every mutation's input has, and what several of them hold."""

from typing import Any, Final

import strawberry

from graph.selection import plain

CONTROLS: Final = frozenset({"client_mutation_id", "idempotency_key", "dry_run", "expected_version", "id"})
"""What says which record is meant and how it is to be done, not what is to be stored."""


@strawberry.input(description="What every mutation takes.")
class MutationInput:
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Anything; it comes back in the payload."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description=(
            "A key of the caller's choice, at most 200 characters. The same key with the same input again gets the "
            "first answer, and nothing is done twice; with another input it is refused."
        ),
    )
    dry_run: bool = strawberry.field(
        default=False,
        description="Check everything and show what would be, but store nothing: no event, no mail.",
    )


@strawberry.input(description="What every mutation of something that exists takes.")
class ChangeInput(MutationInput):
    expected_version: int | None = strawberry.field(
        default=None,
        description="The `editVersion` the caller saw; where it is another now, the change is refused.",
    )


@strawberry.input(description="A postal address.")
class AddressInput:
    name: str | None = strawberry.field(default=strawberry.UNSET, description="The addressee.")
    street: str | None = strawberry.field(
        default=strawberry.UNSET, description="Street and number; may have several lines."
    )
    city: str | None = strawberry.field(default=strawberry.UNSET, description="City.")
    postal_code: str | None = strawberry.field(default=strawberry.UNSET, description="Postal code.")
    region: str | None = strawberry.field(default=strawberry.UNSET, description="State, province or region.")
    country: str | None = strawberry.field(default=strawberry.UNSET, description="ISO 3166 country code, two capitals.")


def given(input: MutationInput) -> dict[str, Any]:
    """What an input gives to be stored: the fields that were given, by their Python names."""
    return {name: value for name, value in plain(input).items() if name not in CONTROLS}
