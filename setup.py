"""What pyproject.toml cannot say: a wheel also holds the app, in a folder of its own.

`app.py`, `pages/` and `.streamlit/config.toml` become `overlap_app/`, which Streamlit runs as a script's folder: `app`
and `pages` would be names that other packages have as well. `overlap app` finds it there.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
APP = "overlap_app"


class WithTheApp(build_py):
    """Copies the app beside the packages."""

    def run(self) -> None:
        """Build the packages, then add the app; an editable install uses the checkout's own."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / APP
        shutil.rmtree(target, ignore_errors=True)  # of an earlier build: modules that are gone since
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        for name in ("pages", ".streamlit"):
            shutil.copytree(HERE / name, target / name, ignore=ignored)
        (target / ".streamlit" / "secrets.toml").unlink(missing_ok=True)
        shutil.copy(HERE / "app.py", target)


setup(cmdclass={"build_py": WithTheApp})
