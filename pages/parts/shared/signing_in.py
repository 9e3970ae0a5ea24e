"""The door: where people sign in, nobody sees a page before they have."""

from __future__ import annotations

import streamlit as st
from streamlit.auth_util import get_secrets_auth_section
from streamlit.errors import StreamlitAuthError

from engine.config import load
from engine.errors import NotAvailable, SettingRefused
from pages.parts.shared.person import NOBODY, person, signs_in
from pages.parts.shared.words import literal


def let_in() -> bool:
    """Whether who is at the page may see it. Raises SettingRefused where people are to sign in, and cannot."""
    if not signs_in():
        return True
    if not get_secrets_auth_section():
        raise SettingRefused(
            "OVERLAP_SIGN_IN is set, but no provider is: write an [auth] section into .streamlit/secrets.toml "
            "(docs/deployment.md shows one), or unset it."
        )
    return person() != NOBODY


def ask_to_sign_in() -> None:
    """What somebody sees who is not known yet."""
    st.title("Overlap", anchor=False, icon=":material/layers:")
    st.markdown("This server is for people that it knows. You will be sent to your provider, and back here.")
    if st.button("Sign in", type="primary", icon=":material/login:", key="sign_in"):
        try:
            st.login()
        except StreamlitAuthError as error:
            raise NotAvailable(f"Nobody can sign in now: {' '.join(str(error).split())}") from None


def show_person() -> None:
    """Who is signed in, and the way out; nothing where nobody has to."""
    who = person()
    if not who:
        return
    with st.sidebar:
        st.caption(literal(who.rpartition("#")[2] + (" · sees all runs" if who in load().admins else "")))
        if st.button("Sign out", icon=":material/logout:", key="sign_out", type="tertiary"):
            st.logout()
