"""The tree of errors, and the two exceptions that are data.

    OverlapError                 stops what was asked for; its text is shown as it is
    ├── SettingRefused           a setting or an option that cannot be used
    ├── InputRefused             an input that is refused as a whole, before the start
    ├── NotAvailable             this machine, Python or server lacks what was asked for
    ├── RunNotFound              no run with this number or token
    ├── StoreUnusable            the database cannot be read or written
    │   ├── StoreBusy            it is locked by another program, or away: trying again can help
    │   ├── StoreFull            its disk is full
    │   └── ValueRefused         it does not take one of the values, and would take others
    └── TrialBroken              a trial ended before its tasks did

    TaskFailed                   one task failed: becomes that task's record, nothing else
    Later                        one task cannot start yet: it is put back, not failed

Every message is a full sentence that says what happened and what to do next.
This module sits on the lowest floor and imports nothing.
"""


class OverlapError(Exception):
    """What stops a whole run or request; `str(error)` is meant for people."""


class SettingRefused(OverlapError):
    """A setting or an option has a value that cannot be used."""


class InputRefused(OverlapError):
    """An input (list, upload, archive) is refused as a whole, before anything starts."""


class NotAvailable(OverlapError):
    """This machine, Python or server lacks what was asked for; the text says why."""


class RunNotFound(OverlapError):
    """No run has this number or token."""


class StoreUnusable(OverlapError):
    """The database cannot be opened, read or written."""


class StoreBusy(StoreUnusable):
    """Another program kept the database locked for too long, or its server is away; it may succeed later."""


class StoreFull(StoreUnusable):
    """The database's disk is full."""


class ValueRefused(StoreUnusable):
    """The database does not take a value (too long, too large, not its kind of text); others it would take."""


class TrialBroken(OverlapError):
    """A trial ended before its tasks did and cannot go on in this process."""


class TaskFailed(Exception):
    """One task failed for a known reason.

    `reason` is a short code in snake case (``timed_out``), `message` one sentence.
    Both arguments are kept in `args`, so the exception pickles.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return self.message


class Later(Exception):
    """One task cannot start for another `delay_s` seconds: do others first.

    Raised by a workload whose resource (a host, say) is busy, so that no worker
    sleeps while another task is ready.
    """

    def __init__(self, delay_s: float) -> None:
        super().__init__(delay_s)
        self.delay_s = delay_s
