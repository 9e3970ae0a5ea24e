"""`python -m engine`: a trial is dispatched before click is imported, because its start-up is measured."""

import sys


def main() -> None:
    """Run a trial's specification, or the command line for people."""
    if sys.argv[1:2] == ["trial"]:
        from engine.trial.main import main as trial

        trial(sys.argv[2])
    else:
        from engine.cli.group import main as cli

        cli()


if __name__ == "__main__":
    main()
