"""Your own function as the tasks of a comparison: a form where this server allows code, else the command to paste."""

from __future__ import annotations

import streamlit as st

from engine.functions import function_plan, read_tasks
from engine.model import Plan
from pages.parts.launching import is_allowed
from pages.parts.server import settings

COMMAND = "python -m engine compare my_module:my_function --tasks tasks.txt"
PYTHON = """import engine

from my_module import my_function

if __name__ == "__main__":
    print(engine.compare(my_function, range(100)))"""


def own_function() -> Plan | None:
    """Draw the form, or what to do instead; None while no function is named."""
    if not is_allowed("function"):
        st.info(
            "This server runs no code of its visitors. Paste this into a terminal on your own machine, in the folder "
            "of your function; tasks.txt holds one argument a line, a JSON value or plain text. "
            "The comparison then stands in the History of that machine.",
            icon=":material/terminal:",
        )
        st.code(COMMAND, language="bash")
        st.caption("Or from Python:")
        st.code(PYTHON, language="python")
        st.caption("Whoever runs this server can allow code with OVERLAP_ALLOW_CODE=1.")
        return None
    name = st.text_input(
        "Function",
        key="compare:function",
        placeholder="package.module:function",
        help="At the top level of a file that this server's Python can import. It gets one task at a time.",
    )
    text = st.text_area(
        "Tasks, one a line", key="compare:arguments", placeholder='{"path": "a.csv"}', help="JSON values or plain text."
    )
    setup = st.text_input(
        "Set-up", key="compare:setup", placeholder="package.module:prepare", help="Called once in every worker first."
    )
    if not name.strip() or not text.strip():
        return None
    return function_plan(name.strip(), read_tasks(text), settings(), setup.strip() or None)
