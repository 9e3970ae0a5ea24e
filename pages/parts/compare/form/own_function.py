"""Your own function as the tasks of a comparison: a form where this server allows code, else what to paste.

Nothing of the function's module runs in this server: another process imports it, as the trials will.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import streamlit as st

from engine.errors import InputRefused, SettingRefused
from engine.machine.interpreters import engine_path
from engine.model import Plan
from engine.runs.function_check import look_at_function
from engine.runs.functions import function_plan, own_path, read_tasks
from pages.parts.shared.launching import is_allowed
from pages.parts.shared.server import settings
from pages.parts.shared.words import literal

COMPARE = "compare my_module:my_function --tasks tasks.txt"
INSTALLED = f"overlap {COMPARE}"
PYTHON = """import engine

from my_module import my_function

if __name__ == "__main__":
    print(engine.compare(my_function, range(100)))"""
LOOK_AGAIN_S = 3.0
"""A file that was corrected is looked at again after that long."""
LOCAL = ("localhost", "127.0.0.1", "[::1]")


def own_function() -> Plan | None:
    """Draw the form, or what to do instead; None while no function is named. Raises OverlapError."""
    if not is_allowed("function"):
        _what_to_paste()
        return None
    name = st.text_input(
        "Function",
        key="compare:function",
        placeholder="my_module:my_function",
        help="At the top level of a file: module:function or package.module:function. It gets one task at a time.",
    ).strip()
    folder = st.text_input(
        "Folder",
        key="compare:folder",
        placeholder="~/project",
        help="On this server: the folder that holds the module. Empty where this server's Python finds it by itself.",
    ).strip()
    text = st.text_area(
        "Tasks, one a line", key="compare:arguments", placeholder='{"path": "a.csv"}', help="JSON values or plain text."
    )
    setup = st.text_input(
        "Set-up", key="compare:setup", placeholder="my_module:prepare", help="Called once in every worker first."
    ).strip()
    if not name:
        return None
    path = [*_folder(folder), *own_path()]
    if reason := _reason_against(name, setup or None, tuple(path)):
        raise SettingRefused(reason)
    if not text.strip():
        st.caption(f":material/check: {literal(name)} was found. Give it at least one task.")
        return None
    return function_plan(name, read_tasks(text), settings(), setup or None, path, import_here=False)


def _folder(text: str) -> list[str]:
    if not text:
        return []
    folder = Path(text).expanduser()
    if not folder.is_absolute() or not folder.is_dir():
        raise InputRefused(f"{text} is no folder of this server: write its whole path.")
    return [str(folder.resolve())]


@st.cache_data(ttl=LOOK_AGAIN_S, max_entries=64, show_spinner="Looking at the function")
def _reason_against(name: str, setup: str | None, path: tuple[str, ...]) -> str | None:
    """Why other processes cannot call it; asked once for the reruns of a form that come close together."""
    try:
        look_at_function(name, setup, path)
    except SettingRefused as error:
        return str(error)
    return None


def _what_to_paste() -> None:
    """The command and the script. On this very machine they name its Python and engine, so they work as they stand."""
    here = _is_local()
    st.info(
        "This server runs no code of its visitors. Paste this into a terminal on your own machine, in the folder "
        "of your function; tasks.txt holds one argument a line, a JSON value or plain text. "
        "The comparison then stands in the History of that machine.",
        icon=":material/terminal:",
    )
    st.code(command(here), language="bash", wrap_lines=True)
    if not here:
        st.caption("Overlap must be installed there: `pip install .` in its folder.")
    st.caption("Or from Python:")
    st.code(script(here), language="python", wrap_lines=True)
    st.caption("Whoever runs this server can allow code with OVERLAP_ALLOW_CODE=1.")


def _is_local() -> bool:
    """Whether the page was opened on the machine that serves it: only there are its paths of use, and nobody's news."""
    host = (st.context.headers.get("Host") or "").rpartition(":")[0] if st.context.headers else ""
    return host in LOCAL


def command(here: bool) -> str:
    """What to paste into a terminal."""
    if not here:
        return INSTALLED
    if sys.platform == "win32":
        return f'set "PYTHONPATH={engine_path()}" && "{sys.executable}" -m engine {COMPARE}'
    return f"PYTHONPATH={shlex.quote(engine_path())} {shlex.quote(sys.executable)} -m engine {COMPARE}"


def script(here: bool) -> str:
    """What to write into a file beside the function's."""
    return f"import sys\n\nsys.path.append({engine_path()!r})\n\n{PYTHON}" if here else PYTHON
