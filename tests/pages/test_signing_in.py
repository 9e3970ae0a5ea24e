"""The door of a server whose people sign in: closed where nobody can, and each name of a person is one only."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.shared.person import NOBODY, name_of
from tests.pages.conftest import NAVIGATION, Opened


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({}, NOBODY), ({"is_logged_in": False, "email": "a@b", "email_verified": True}, NOBODY),
        ({"is_logged_in": True, "email": " Ann@B.org ", "email_verified": True, "sub": "1"}, "ann@b.org"),
        ({"is_logged_in": True, "email": "a@b", "email_verified": False, "sub": "1", "iss": "https://i"}, "https://i#1"),
        ({"is_logged_in": True, "email": "a@b", "sub": "a@b"}, "#a@b"), ({"is_logged_in": True}, NOBODY),
        ({"is_logged_in": True, "email": "a@b", "email_verified": "false"}, NOBODY),
        ({"is_logged_in": True, "email": None, "email_verified": True, "sub": None}, NOBODY),
    ],
)  # fmt: skip
def test_a_person_is_a_verified_address_or_the_providers_own_name(told: dict[str, Any], name: str) -> None:
    assert name_of(told) == name


def test_a_server_that_is_to_ask_and_cannot_lets_nobody_in(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_SIGN_IN", "1")
    app = AppTest.from_file(NAVIGATION, default_timeout=30).run()
    assert not app.exception
    assert "is set, but no provider is" in app.error[0].value
    assert [title.value for title in app.title] == [] and not app.button


def test_a_process_is_kept_ready_for_who_is_let_in_alone(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    ready: list[object] = []
    monkeypatch.setattr("engine.runs.jobs.get_ready", ready.append)
    for known in (True, False):
        monkeypatch.setattr("pages.parts.shared.signing_in.let_in", lambda known=known: known)
        AppTest.from_file(NAVIGATION, default_timeout=30).run()
        assert len(ready) == 1, "for the first of them"
