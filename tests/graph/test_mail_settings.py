"""What a deployment says about mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from graph.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT: Final = "without PO_GRAPH_MAIL_SENDER: mails need an address that they come from"


def test_without_a_mail_server_there_is_none():
    settings = Settings.read({})

    assert (settings.smtp_host, settings.mail_sender, settings.dispatch) == (None, None, True)


def test_a_mail_server_is_read(tmp_path: Path):
    authority = tmp_path / "ca.pem"
    authority.touch()

    settings = Settings.read(
        {
            "PO_GRAPH_DISPATCH": "0",
            "PO_GRAPH_SMTP_HOST": "smtp.example.com",
            "PO_GRAPH_SMTP_PORT": "465",
            "PO_GRAPH_SMTP_SECURITY": "TLS",
            "PO_GRAPH_SMTP_USER": "postman",
            "PO_GRAPH_SMTP_PASSWORD": "secret",
            "PO_GRAPH_SMTP_CA_FILE": str(authority),
            "PO_GRAPH_SMTP_TIMEOUT_SECONDS": "5",
            "PO_GRAPH_MAIL_SENDER": "orders@example.com",
        }
    )

    assert settings == Settings(
        dispatch=False,
        smtp_host="smtp.example.com",
        smtp_port=465,
        smtp_security="tls",
        smtp_user="postman",
        smtp_password="secret",  # noqa: S106
        smtp_ca_file=authority,
        smtp_timeout_seconds=5,
        mail_sender="orders@example.com",
    )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            {"PO_GRAPH_SMTP_HOST": "smtp.example.com"},
            f"PO_GRAPH_SMTP_HOST = 'smtp.example.com' {WITHOUT}",
        ),
        ({"PO_GRAPH_SMTP_USER": "postman"}, "PO_GRAPH_SMTP_USER and PO_GRAPH_SMTP_PASSWORD need each other"),
        ({"PO_GRAPH_SMTP_PASSWORD": "secret"}, "PO_GRAPH_SMTP_USER and PO_GRAPH_SMTP_PASSWORD need each other"),
        (
            {"PO_GRAPH_SMTP_SECURITY": "ssl"},
            "PO_GRAPH_SMTP_SECURITY = 'ssl': must be one of starttls, tls, none",
        ),
        (
            {"PO_GRAPH_SMTP_TIMEOUT_SECONDS": "121"},
            "PO_GRAPH_SMTP_TIMEOUT_SECONDS = '121': must be a whole number from 1 to 120",
        ),
        ({"PO_GRAPH_MAIL_SENDER": "Orders"}, "PO_GRAPH_MAIL_SENDER = 'Orders': must be an email address"),
        ({"PO_GRAPH_SMTP_CA_FILE": "/nowhere"}, "PO_GRAPH_SMTP_CA_FILE = '/nowhere': there is no such file"),
    ],
)
def test_what_cannot_be_used_is_told(given: dict[str, str], problem: str):
    with pytest.raises(SettingsError) as told:
        Settings.read(given)

    assert told.value.problems == [problem]
