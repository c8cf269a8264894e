"""API tokens are made for oneself, or by an administrator; shown once; revoked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models.event import Event
from models.organization import ApiToken, User
from models.statuses.people import Role
from resolvers import access
from resolvers.administration import tokens
from resolvers.errors import InvalidValue, NotFound, NotPermitted, Refusals
from resolvers.ids import id_of
from tests.factories import NOON, make_call, make_organization, make_user


async def nothing_is_written() -> bool:
    return not await ApiToken.exists() and not await Event.exists()


async def test_a_token_is_made_for_oneself_and_its_text_is_stored_nowhere(db: str):
    call = await make_call(None, Role.VIEWER)

    created = await tokens.create(call, name="laptop", expires_at=NOON + timedelta(days=1))

    stored = await ApiToken.get()
    assert re.fullmatch(r"pog_[A-Za-z0-9_-]{43}", created.text)
    assert (stored.user_id, stored.organization_id) == (call.actor.user_id, call.organization_id)
    assert (stored.name, stored.hint, stored.digest) == ("laptop", created.text[:8], access.digest_of(created.text))
    assert stored.expires_at == NOON + timedelta(days=1)
    assert created.text not in repr(await ApiToken.all().values()) + repr(await Event.all().values())


async def test_the_making_is_in_the_history(db: str):
    organization = await make_organization()
    call = await make_call(organization)
    user = await make_user(organization, Role.BUYER, email="bob@example.com")

    created = await tokens.create(call, name="bot", user_id=id_of(User, user.id))

    event = await Event.get()
    assert [found.id for found in created.written.events] == [event.id]
    assert (event.kind, event.subject, event.actor_id) == ("api_token_created", "bot", call.actor.user_id)
    assert event.changes == [{"field": "user", "from": None, "to": "bob@example.com"}]


async def test_two_tokens_are_never_alike(db: str):
    call = await make_call()

    texts = {(await tokens.create(call, name="same")).text for _ in range(20)}

    assert len(texts) == 20


async def test_only_an_administrator_makes_tokens_for_others(db: str):
    organization = await make_organization()
    call = await make_call(organization, Role.BUYER, Role.APPROVER)
    other = await make_user(organization)

    with pytest.raises(NotPermitted) as refused:
        await tokens.create(call, name="theirs", user_id=id_of(User, other.id))

    assert (refused.value.needed, refused.value.roles) == (("ADMIN",), ("APPROVER", "BUYER"))
    assert refused.value.path == ("userId",)
    assert await nothing_is_written()


async def test_an_administrator_makes_none_for_users_of_other_organizations(db: str):
    call = await make_call()
    stranger = await make_user(await make_organization())

    with pytest.raises(NotFound) as refused:
        await tokens.create(call, name="theirs", user_id=id_of(User, stranger.id))

    assert (refused.value.key, refused.value.path) == (id_of(User, stranger.id), ("userId",))
    assert await nothing_is_written()


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=-1)])
async def test_a_token_that_would_not_work_is_not_made(db: str, later: timedelta):
    call = await make_call()

    with pytest.raises(Refusals) as refused:
        await tokens.create(call, name=" ", expires_at=call.now + later)

    assert [(type(refusal), refusal.path) for refusal in refused.value.refusals] == [
        (InvalidValue, ("name",)),
        (InvalidValue, ("expiresAt",)),
    ]
    assert await nothing_is_written()


async def test_one_revokes_ones_own_token_once(db: str):
    call = await make_call(None, Role.VIEWER)
    await tokens.create(call, name="lost")
    token_id = id_of(ApiToken, (await ApiToken.get()).id)

    first = await tokens.revoke(call, token_id)
    second = await tokens.revoke(call, token_id)

    assert (await ApiToken.get()).revoked_at == NOON
    assert [event.kind for event in first.events] == ["api_token_revoked"]
    assert second.events == ()
    assert await Event.filter(kind="api_token_revoked").count() == 1


async def test_an_administrator_revokes_anybodys(db: str):
    organization = await make_organization()
    await tokens.create(await make_call(organization, Role.BUYER), name="theirs")

    await tokens.revoke(await make_call(organization), id_of(ApiToken, (await ApiToken.get()).id))

    assert (await ApiToken.get()).revoked_at == NOON


@pytest.mark.parametrize("own_organization", [True, False])
async def test_others_tokens_are_not_found(db: str, own_organization: bool):  # noqa: FBT001 - a column of the table
    organization = await make_organization()
    await tokens.create(await make_call(organization), name="theirs")
    token_id = id_of(ApiToken, (await ApiToken.get()).id)
    call = await make_call(organization, Role.BUYER) if own_organization else await make_call(await make_organization())

    with pytest.raises(NotFound):
        await tokens.revoke(call, token_id)

    assert (await ApiToken.get()).revoked_at is None
    assert not await Event.filter(kind="api_token_revoked").exists()


@pytest.mark.parametrize("token_id", ["", "tok_", "tok_0", "usr_1", "tok_999999999999999999", "nonsense"])
async def test_ids_that_lead_nowhere(db: str, token_id: str):
    with pytest.raises(NotFound):
        await tokens.revoke(await make_call(), token_id)


async def test_the_list_of_the_command_line(db: str):
    one, other = await make_organization(), await make_organization()
    for organization in (one, other):
        user = await make_user(organization, email="ada@example.com")
        await tokens.create(await make_call(organization, user=user), name=organization.key)

    everything = await tokens.listed()
    [found] = await tokens.listed(other.key)

    assert sorted(token.organization for token in everything) == sorted([one.key, other.key])
    assert (found.name, found.user, found.organization) == (other.key, "ada@example.com", other.key)
