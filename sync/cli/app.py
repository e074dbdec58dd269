"""The program's frame: options of every command, and one place that turns errors into advice."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from types import FrameType
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from connector.errors import ConnectorError, NotThere, Rejected
from sync import log
from sync.engine.study import Study
from sync.errors import SyncError, UnsafePlan, UserError
from sync.runtime import log as events
from sync.settings import LogSettings, Settings

app = typer.Typer(
    name="tandem",
    help="Keeps ServiceNow and Jira telling the same story, both ways.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

out = Console(highlight=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)

Options = TypeVar("Options")

JsonFlag = Annotated[bool, typer.Option("--json", help="Print data for machines.")]

DONE, UNEXPECTED, USAGE, OPEN, UNREACHABLE, HELD = range(6)


def configured(*, sides: bool = False) -> Settings:
    """The settings, with the log as they want it: every command's first step.

    With ``sides``, all that is needed to ask both systems has to be there.
    """
    settings = Settings.load(sides=sides)
    log.configure(settings.log, settings.secrets())
    return settings


def grouped(
    kind: Callable[..., Options],
) -> Callable[[Callable[[Options], None]], Callable[..., None]]:
    """A command whose options are the fields of a dataclass: it is given one of those."""

    def wrapped(work: Callable[[Options], None]) -> Callable[..., None]:
        @wraps(work)
        def command(**given: Any) -> None:
            work(kind(**given))

        vars(command)["__signature__"] = signature(kind, eval_str=True)
        return command

    return wrapped


def emit(data: Any) -> None:
    """Print data for machines on stdout."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()  # whoever reads from a file or a pipe need not wait for our end


def shown(text: str) -> str:
    """Text for a terminal: what would steer it is written out, since anybody writes tickets."""
    return "\n".join(map(log.escaped, text.split("\n")))


def say(text: str = "") -> None:
    """Print a line for people on stdout; ticket text never counts as markup."""
    out.print(shown(text), markup=False)


def complain(text: str) -> None:
    """Print a line of advice on stderr."""
    err.print(shown(text), markup=False)


def unknown_pair(name: str, pairs: Iterable[str]) -> UserError:
    """What to say about a pair that no mapping has."""
    return UserError(f"there is no pair {name!r}. Pairs: {', '.join(pairs)}.")


def main(arguments: list[str] | None = None) -> None:
    """Run the program and leave with the documented exit code."""
    log.configure(LogSettings())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    sys.exit(run(lambda: app(arguments, prog_name="tandem")))


class Stopped(SystemExit):
    """A person or the system wants us to end now; what is held is given back on the way out."""


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(128 + number)


def run(work: Callable[[], object]) -> int:
    """Do the work; turn what goes wrong into advice and an exit code."""
    try:
        work()
    except Stopped as wish:
        complain("Stopped. What was written is remembered: the next run goes on from here.")
        return int(wish.code or UNEXPECTED)
    except UnsafePlan as error:
        return _held(error)
    except UserError as error:
        for problem in error.problems:
            complain(problem)
        return error.exit_code
    except SyncError as error:
        complain(str(error))
        return error.exit_code
    except ConnectorError as error:
        complain(str(error))
        return USAGE if isinstance(error, NotThere | Rejected) else UNREACHABLE
    except Exception as error:  # noqa: BLE001 - the last place where it can be explained
        events.error("stopped by an unexpected error", action="unexpected", exc_info=error)
        complain(
            f"Unexpected error: {type(error).__name__}; the log line above tells where. What was "
            "written is remembered: run the command again, and report the line if it comes back."
        )
        return UNEXPECTED
    return DONE


def _held(error: UnsafePlan) -> int:
    complain("Nothing was written: the plan needs your consent.")
    for reason in error.reasons:
        complain(f"  {reason}")
    found = error.found
    if isinstance(found, Study) and not found.plan.actions and not found.holdings:
        complain("Nothing is left to write: both sides agree. `tandem plan` shows it.")
        return error.exit_code
    complain(
        f"Look at it with `tandem plan`; release exactly this plan with "
        f"`tandem sync --approve {error.plan}`, or first runs and counts with `tandem sync --yes`."
    )
    return error.exit_code
