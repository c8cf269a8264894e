"""What every mutation's input has."""

import strawberry


@strawberry.input(description="What every mutation takes.")
class MutationInput:
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Anything; it comes back in the payload."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description=(
            "A key of the caller's choice, at most 200 characters. The same key with the same input again gets the first "
            "answer, and nothing is done twice; with another input it is refused."
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
