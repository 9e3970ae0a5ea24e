"""What tests of the pages share: photos, and a page on which some were chosen."""

from __future__ import annotations

import io

from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Opened, choose


def photo(colour: str = "teal", size: tuple[int, int] = (640, 480)) -> bytes:
    """A small JPEG."""
    kept = io.BytesIO()
    Image.new("RGB", size, colour).save(kept, "JPEG")
    return kept.getvalue()


def with_uploads(opened: Opened, *names: str) -> AppTest:
    """The page with these photos chosen."""
    app = opened("resize.py")
    choose(app, "pictures_from", "Upload files")
    for name in names:
        app.file_uploader(key="upload:photos").upload(name, photo())
    return app.run()
