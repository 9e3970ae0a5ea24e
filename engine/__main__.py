"""`python -m engine`: trials and orchestrators are dispatched before click is imported, because their start counts."""

import sys


def main() -> None:
    """Run a trial's specification, a stored run, or the command line for people."""
    if sys.argv[1:2] == ["trial"]:
        from engine.trial.main import main as trial

        trial(sys.argv[2])
    elif sys.argv[1:2] == ["work"]:
        from engine.cli.work import main as work

        sys.exit(work(sys.argv[2:]))
    else:
        from engine.cli.group import main as cli

        cli()


if __name__ == "__main__":
    main()
