"""Tokens become actors: for whom, how long, and how soon a change shows."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tortoise.transactions import in_transaction

from models import database
from models.organization import ApiToken, User
from models.statuses.people import Role
from resolvers import access
from resolvers.access import BELIEVED
from resolvers.administration import organizations, tokens
from resolvers.errors import InvalidValue, NotFound
from resolvers.ids import id_of
from resolvers.operation import Call
from resolvers.visibility import Actor
from tests.factories import NOON, actor_of, make_call, make_organization, make_user

if TYPE_CHECKING:
    from datetime import datetime

SECOND = timedelta(seconds=1)


async def make_token(call: Call, expires_at: datetime | None = None) -> str:
    return (await tokens.create(call, name="test", expires_at=expires_at)).text


async def statements_of(text: str, now: datetime) -> tuple[int, Actor | None]:
    """How many statements an authentication takes, and whom it finds."""
    before = database.statements.total
    actor = await access.authenticate(text, now)
    return database.statements.total - before, actor


async def test_a_token_acts_as_its_user_with_the_locale_of_the_organization(db: str):
    organization = await make_organization(locale="de_DE")
    call = await make_call(organization, Role.BUYER, Role.APPROVER)
    text = await make_token(call)

    actor = await access.authenticate(text, NOON, "request-1")

    assert actor == Actor(
        organization_id=organization.id,
        user_id=call.actor.user_id,
        roles=frozenset({Role.BUYER, Role.APPROVER}),
        locale="de_DE",
        request_id="request-1",
    )


async def test_tokens_of_two_organizations_lead_each_into_its_own(db: str):
    calls = [await make_call(await make_organization()) for _ in range(2)]
    texts = [await make_token(call) for call in calls]

    actors = [await access.authenticate(text, NOON) for text in texts]

    assert [actor and actor.organization_id for actor in actors] == [call.organization_id for call in calls]
    assert calls[0].organization_id != calls[1].organization_id


@pytest.mark.parametrize(
    "text", ["", "pog_", "pog_x", "x" * 47, "pog_" + "ä" * 43, "pog_" + "a" * 44, "\0", "a" * 10**6]
)
async def test_a_text_that_is_no_token_costs_no_statement(db: str, text: str):
    assert await statements_of(text, NOON) == (0, None)


async def test_an_unknown_token_is_nobodys(db: str):
    assert await statements_of("pog_" + "a" * 43, NOON) == (1, None)


async def test_a_token_is_looked_up_once_and_then_believed_for_a_while(db: str):
    text = await make_token(await make_call())

    counts = [
        (await statements_of(text, NOON + later))[0] for later in (0 * SECOND, SECOND, BELIEVED - SECOND, BELIEVED)
    ]

    assert counts == [1, 0, 0, 1]


async def test_a_token_works_until_the_moment_it_expires_though_it_was_believed(db: str):
    text = await make_token(await make_call(), expires_at=NOON + 2 * SECOND)

    found = [await access.authenticate(text, NOON + later) for later in (0 * SECOND, SECOND, 2 * SECOND, BELIEVED)]

    assert [actor is not None for actor in found] == [True, True, False, False]


async def test_a_revoked_token_stops_at_once_in_this_process(db: str):
    call = await make_call()
    text = await make_token(call)
    assert await access.authenticate(text, NOON) is not None

    await tokens.revoke(call, id_of(ApiToken, (await ApiToken.get()).id))

    assert await access.authenticate(text, NOON) is None


async def test_what_another_process_revokes_stops_after_a_while(db: str):
    call = await make_call()
    text = await make_token(call)
    assert await access.authenticate(text, NOON) is not None

    await ApiToken.all().update(revoked_at=NOON)  # as another process does: nothing is forgotten here

    assert await access.authenticate(text, NOON + SECOND) is not None
    assert await access.authenticate(text, NOON + BELIEVED) is None


async def test_a_revocation_that_is_not_committed_yet_is_not_hidden_by_a_request_in_between(db: str):
    call = await make_call()
    text = await make_token(call)
    token_id = id_of(ApiToken, (await ApiToken.get()).id)
    assert await access.authenticate(text, NOON) is not None
    revoked, looked = asyncio.Event(), asyncio.Event()

    async def revoke_slowly() -> None:
        async with in_transaction():
            await tokens.revoke(call, token_id)
            revoked.set()
            await looked.wait()

    revoking = asyncio.create_task(revoke_slowly())
    await revoked.wait()
    before = await access.authenticate(text, NOON)
    looked.set()
    await revoking

    assert before is not None
    assert await access.authenticate(text, NOON) is None


async def test_other_roles_hold_from_the_next_request_on(db: str):
    organization = await make_organization()
    admin = await make_call(organization)
    user = await make_user(organization, Role.BUYER)
    text = await make_token(Call(actor_of(user), NOON))
    assert await access.authenticate(text, NOON) is not None

    await organizations.update_user(admin, id_of(User, user.id), {"roles": ["VIEWER"]}, expected_version=None)

    actor = await access.authenticate(text, NOON)
    assert actor is not None
    assert actor.roles == {Role.VIEWER}


async def test_a_user_without_any_role_is_locked_out(db: str):
    organization = await make_organization()
    admin = await make_call(organization)
    user = await make_user(organization, Role.BUYER)
    text = await make_token(Call(actor_of(user), NOON))

    await organizations.update_user(admin, id_of(User, user.id), {"roles": []}, expected_version=None)

    assert await access.authenticate(text, NOON) is None


async def test_another_locale_holds_from_the_next_request_on(db: str):
    call = await make_call()
    text = await make_token(call)
    assert await access.authenticate(text, NOON) is not None

    await organizations.update_settings(call, {"locale": "fr_FR"})

    actor = await access.authenticate(text, NOON)
    assert actor is not None
    assert actor.locale == "fr_FR"


async def test_only_so_many_tokens_are_believed(db: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(access, "MOST_BELIEVED", 2)
    monkeypatch.setattr(access, "_known", type(access._known)())
    call = await make_call()
    texts = [await make_token(call) for _ in range(3)]

    for text in texts:
        await access.authenticate(text, NOON)
    counts = [(await statements_of(text, NOON))[0] for text in (texts[2], texts[1], texts[0])]

    assert counts == [0, 0, 1]


# --------------------------------------------------------------------------------------------------- the command line


async def test_the_command_line_acts_in_the_name_of_a_user(db: str):
    user = await make_user(await make_organization(), Role.BUYER, email="ada@example.com")

    assert await access.acting_as("Ada@example.com") == actor_of(user)


async def test_who_has_one_address_in_two_organizations_is_asked_which(db: str):
    one, other = [await make_organization() for _ in range(2)]
    users = [await make_user(organization, email="ada@example.com") for organization in (one, other)]

    with pytest.raises(InvalidValue) as refused:
        await access.acting_as("ada@example.com")
    actor = await access.acting_as("ada@example.com", other.key)

    assert refused.value.expected == f"say which organization: {', '.join(sorted([one.key, other.key]))}"
    assert actor.user_id == users[1].id


async def test_nobody_is_acted_for_who_does_not_exist(db: str):
    with pytest.raises(NotFound):
        await access.acting_as("ada@example.com")
    with pytest.raises(NotFound):
        await access.acting_as_owner_of("tok_1")
    with pytest.raises(NotFound):
        await access.acting_as_owner_of("nonsense")
