"""The command `overlap`, installed or of a checkout: makes sure that `engine` is Overlap's, then is `python -m engine`.

Where PYTHONPATH leads to a project that has a package engine of its own, Python finds that one first.
"""

import sys
from pathlib import Path


def main() -> None:
    """Run the command line, or say in one sentence why it cannot be."""
    import engine

    found = Path(str(engine.__file__)).resolve().parents[1]
    if found != Path(__file__).resolve().parent:
        sys.exit(
            f"overlap: PYTHONPATH leads to another package named engine, in {found}: unset it. "
            "Modules of the current folder are found without it."
        )
    from engine.cli.group import main as command

    command(prog_name="overlap")


if __name__ == "__main__":
    main()
