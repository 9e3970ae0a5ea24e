"""`overlap app`: the app from anywhere, out of an installed wheel or a checkout."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from engine.errors import NotAvailable

INSTALLED = "overlap_app"
"""Where a wheel keeps app.py, pages/ and .streamlit/, beside engine: so that no package of theirs is called `pages`."""


@click.command()
@click.argument("folders", nargs=-1, type=click.Path())
@click.option("--port", type=int, help="Port to serve on. [default: the first free one from 8501]")
@click.option("--address", help="Address to serve on. [default: this machine only]")
@click.option("--open/--no-browser", "opens_browser", default=None, help="Open the page in the web browser.")
def app(folders: tuple[str, ...], port: int | None, address: str | None, opens_browser: bool | None) -> None:
    """Serve the app, and print its address.

    FOLDERS are those that it may read images from; nothing in them is ever written. What no option says is taken from
    STREAMLIT_SERVER_PORT and the like, then from .streamlit/config.toml.
    """
    from engine.cli.serving.server import serve

    if find_spec("streamlit") is None:
        raise NotAvailable(
            "The app needs packages that the command line does not: pip install 'overlap-workbench[app]'."
        )
    sys.exit(
        serve(
            sys.executable, _app_file(), port=port, address=address, folders=folders, opens_browser=opens_browser
        )
    )  # fmt: skip


def _app_file() -> Path:
    """The app.py of this Overlap: of the wheel, or of the checkout."""
    beside = Path(__file__).resolve().parents[3]
    places = [beside / INSTALLED / "app.py", beside / "app.py"]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise NotAvailable(f"The app is missing beside the engine in {beside}: install overlap-workbench anew.")
    return found
