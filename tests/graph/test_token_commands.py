"""`python -m graph organization`, `token` and `seed`, as whoever runs the server types them."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from models.organization import ApiToken, Organization, User
from resolvers import access
from resolvers.demo import demo_company
from tests.factories import make_organization, make_user
from tests.serving import graph

if TYPE_CHECKING:
    import pytest


def help_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    from graph.__main__ import main  # noqa: PLC0415 - the command line is what this is about

    try:
        main([*command, "--help"])
    except SystemExit as done:
        assert done.code == 0  # noqa: PT017 - argparse ends the process, which is not a failure
    return capsys.readouterr().out


async def test_from_an_empty_installation_to_a_token_that_works(db: str):
    made = await graph(
        *("organization", "create", "--key", "northwind", "--name", "Northwind", "--admin-email", "ada@nw.example"),
        url=db,
    )
    code, output = await graph(
        *("token", "create", "--user", "Ada@nw.example", "--name", "first", "--days", "10"), url=db
    )

    text = output.splitlines()[-1]
    stored = await ApiToken.get()
    assert (made[0], code) == (0, 0)
    assert made[1].splitlines() == [
        "Made the organization northwind with the administrator ada@nw.example.",
        "Next: python -m graph token create --user ada@nw.example --name NAME",
    ]
    assert re.fullmatch(r"pog_[A-Za-z0-9_-]{43}", text)
    assert stored.digest == access.digest_of(text)
    assert stored.expires_at is not None
    assert abs(stored.expires_at - datetime.now(UTC) - timedelta(days=10)) < timedelta(minutes=2)


async def test_refusals_are_sentences_and_nothing_is_made(db: str):
    await make_organization(name="There")
    key = (await Organization.get()).key
    answers = await asyncio.gather(
        graph(*("organization", "create", "--key", key, "--name", "New", "--admin-email", "a@nw.example"), url=db),
        graph(*("organization", "create", "--key", "No!", "--name", " ", "--admin-email", "nobody"), url=db),
        graph(*("token", "create", "--user", "nobody@nw.example", "--name", "x"), url=db),
        graph(*("token", "revoke", "tok_1"), url=db),
        graph(*("token", "create", "--user", "nobody@nw.example", "--name", "x", "--days", "0"), url=db),
    )

    assert [code for code, _ in answers] == [1, 1, 1, 1, 2]
    assert [output.splitlines() for _, output in answers[:4]] == [
        [f"po-graph: '{key}' is already taken by another organization."],
        [
            "po-graph: key cannot be 'No!': expected small letters, digits and hyphens inside.",
            "po-graph: name cannot be ' ': it has to have a value.",
            "po-graph: adminEmail cannot be 'nobody': expected an email address such as buyer@example.com.",
        ],
        ["po-graph: There is no user nobody@nw.example."],
        ["po-graph: There is no API token tok_1."],
    ]
    assert "a whole number from 1 to 3650, or never" in answers[4][1]
    assert await Organization.all().count() == 1
    assert not await User.exists()


async def test_tokens_are_listed_without_their_text_and_revoked(db: str):
    user = await make_user(await make_organization(), email="ada@nw.example")
    _, created = await graph(*("token", "create", "--user", user.email, "--name", "bot", "--days", "never"), url=db)
    token = await ApiToken.get()

    listed = await graph("token", "list", url=db)
    revoked = await graph("token", "revoke", f"tok_{token.id}", url=db)
    again = await graph("token", "revoke", f"tok_{token.id}", url=db)

    key = (await Organization.get()).key
    columns = [line.split() for line in listed[1].splitlines()]
    assert columns == [
        ["ID", "BEGINS", "WITH", "ORGANIZATION", "USER", "NAME", "STATE"],
        [f"tok_{token.id}", f"{token.hint}...", key, "ada@nw.example", "bot", "works"],
    ]
    assert created.splitlines()[-1] not in listed[1]
    assert revoked == (0, f"tok_{token.id} is revoked.\n")
    assert again == (0, f"tok_{token.id} was revoked already.\n")
    assert (await ApiToken.get()).revoked_at is not None


async def test_the_demo_company_is_made_once(db: str):
    first = await graph("seed", url=db)
    second = await graph("seed", url=db)

    next_step = f"Next: python -m graph token create --user {demo_company.ADMIN} --name NAME\n"
    assert first == (0, f"Made the company {demo_company.NAME} with the key demo.\n{next_step}")
    assert second == (0, f"The company with the key demo is there already; nothing was changed.\n{next_step}")
    assert await Organization.all().count() == 1


def test_the_help_teaches(capsys: pytest.CaptureFixture[str]):
    assert "seed" in help_of(capsys)
    assert "invoices that were matched" in help_of(capsys, "seed")
    assert "python -m graph token create --user" in help_of(capsys, "organization")
    assert "Authorization: Bearer" in help_of(capsys, "token")
    assert "--days DAYS" in help_of(capsys, "token", "create")
