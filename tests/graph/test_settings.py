from __future__ import annotations

from pathlib import Path

import pytest

from graph.settings import Settings, SettingsError, described


def test_without_any_variable_everything_has_a_default() -> None:
    settings = Settings.read({})

    assert (settings.host, settings.port, settings.demo, settings.database_url) == ("127.0.0.1", 8000, False, None)
    assert settings.body_limit == 1024 * 1024


def test_variables_are_read() -> None:
    settings = Settings.read(
        {
            "PO_GRAPH_HOST": "0.0.0.0",  # noqa: S104
            "PO_GRAPH_PORT": "9000",
            "PO_GRAPH_DATA_DIRECTORY": "/var/lib/po-graph",
            "PO_GRAPH_LOG_LEVEL": "warning",
            "DATABASE_URL": "postgresql://po@db/po",
            "HOME": "/home/po",
        }
    )

    assert (settings.host, settings.port, settings.log_level) == ("0.0.0.0", 9000, "WARNING")  # noqa: S104
    assert settings.data_directory == Path("/var/lib/po-graph")
    assert settings.database_url == "postgresql://po@db/po"


def test_the_command_line_goes_before_the_environment() -> None:
    settings = Settings.read({"PO_GRAPH_PORT": "9000", "PO_GRAPH_HOST": "::1"}, port="7000", host=None)

    assert (settings.port, settings.host) == (7000, "::1")


def test_an_empty_variable_is_none_at_all() -> None:
    assert Settings.read({"PO_GRAPH_PORT": " ", "DATABASE_URL": ""}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("PO_GRAPH_PORT", "65536", "PO_GRAPH_PORT = '65536': must be a whole number from 0 to 65535"),
        ("PO_GRAPH_PORT", "-1", "PO_GRAPH_PORT = '-1': must be a whole number from 0 to 65535"),
        ("PO_GRAPH_PORT", "٨", "PO_GRAPH_PORT = '٨': must be a whole number from 0 to 65535"),
        ("PO_GRAPH_DEMO", "maybe", "PO_GRAPH_DEMO = 'maybe': must be 1 or 0"),
        ("PO_GRAPH_HOST", "http://me", "PO_GRAPH_HOST = 'http://me': must be a host name or an IP address"),
        (
            "PO_GRAPH_LOG_LEVEL",
            "LOUD",
            "PO_GRAPH_LOG_LEVEL = 'LOUD': must be one of DEBUG, INFO, WARNING, ERROR",
        ),
        ("PO_GRAPH_PROT", "1", "PO_GRAPH_PROT is not a setting; is PO_GRAPH_PORT meant?"),
        ("PO_GRAPH_XYZZY", "1", "PO_GRAPH_XYZZY is not a setting"),
        ("PO_GRAPH_POOL_SMALLEST", "11", "PO_GRAPH_POOL_SMALLEST = 11: is more than PO_GRAPH_POOL_LARGEST = 10"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_value(variable: str, value: str, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({variable: value})

    assert caught.value.problems == [problem]


def test_all_problems_are_told_together() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({"PO_GRAPH_PORT": "x", "PO_GRAPH_BODY_LIMIT": "1"})

    assert [problem.split(" ")[0] for problem in caught.value.problems] == ["PO_GRAPH_PORT", "PO_GRAPH_BODY_LIMIT"]


def test_a_password_is_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({"DATABASE_URL": "mysql://po:secret@db/po"})

    assert caught.value.problems == ["DATABASE_URL = (not shown): must start with postgresql://"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_a_demo_runs_on_this_machine(host: str) -> None:
    assert Settings.read({"PO_GRAPH_HOST": host}, demo="1").demo


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org"])  # noqa: S104
def test_a_demo_runs_nowhere_else(host: str) -> None:
    with pytest.raises(SettingsError, match=r"listens on 127\.0\.0\.1 only"):
        Settings.read({"PO_GRAPH_HOST": host}, demo="1")


def test_every_setting_is_described() -> None:
    assert all(text.endswith(".") for _, _, text in described())
    assert len({name for name, _, _ in described()}) == len(described())
