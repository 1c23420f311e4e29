"""The commands and their options, as a table that argparse reads."""

from __future__ import annotations

import argparse
import difflib
import functools
import re
from typing import Any, NoReturn

from bowerbird import __version__
from bowerbird.cli import actions, commands, logs, sessions, update
from bowerbird.errors import RequestError
from bowerbird.settings import QUALITIES

WORDS = (
    'words that all occur; also "a phrase", this OR that, -word, from:NAME, platform:, kind:, year:2024, tag:NAME,'
    " in:speech"
)
STATUSES = ("pending", "running", "waiting", "paused", "completed", "cancelled", "failed")
ACTIONS = {
    "cancel": "end jobs, and remove what they fetched so far",
    "retry": "try failed or cancelled jobs again",
    "continue": "go on with jobs that wait, such as a list above its limit",
    "delete": "remove jobs from the history; what they saved stays",
    "pause": "let jobs rest, and what they fetched so far; resume goes on where they were",
    "resume": "go on with paused jobs",
    "raise": "let jobs go before others",
    "lower": "let others go before jobs",
}
# What stands in place of the jobs, for all of a kind.
FOR_ALL = {
    "pause": ("--all", "the whole queue: stop what runs, begin nothing until it is resumed"),
    "resume": ("--all", "the whole queue; what was paused singly stays so"),
    "retry": ("--failed", "all that failed"),
    "delete": ("--completed", "all that is saved, but for lists of which something failed"),
}


class Parser(argparse.ArgumentParser):
    """Tells wrong use as every other error is told; `takes_dashes`: its `words` may begin with a dash."""

    def __init__(self, *given: Any, takes_dashes: bool = False, **wanted: Any) -> None:
        super().__init__(*given, **wanted)
        self._takes_dashes = takes_dashes

    def parse_known_args(self, *given: Any, **wanted: Any) -> Any:
        """The same, but that what begins with a dash and is no option may be one of the `words`."""
        chosen, more = super().parse_known_args(*given, **wanted)
        if self._takes_dashes:
            chosen.words += [one for one in more if not one.startswith("--")]
            more = [one for one in more if one.startswith("--") and one != "--"]
        return chosen, more

    def error(self, message: str) -> NoReturn:
        """Raise RequestError `bad_request` with argparse's own sentence."""
        hint = _meant(message) or f"Look at: {self.prog} --help"
        raise RequestError("bad_request", f"{message[:1].upper()}{message[1:]}.", hint)


def _meant(message: str) -> str:
    """The choice that is most like what was typed. Python 3.14 can do that itself."""
    wrong, _, choices = message.partition("' (choose from ")
    typed = wrong.rpartition("'")[2]
    like = difflib.get_close_matches(typed, re.findall(r"[\w-]+", choices), 1)
    return f"Did you mean: {like[0]}?" if like else ""


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Its parse_args raises RequestError `bad_request`."""
    parser: argparse.ArgumentParser = Parser(
        prog="bowerbird", description="Keep what you see on the web, for good, on your own disk."
    )
    parser.add_argument("--version", action="version", version=f"bowerbird {__version__}")
    known = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_save(known)
    _add_looks(known)
    _add_jobs(known)
    _add_processes(known)
    sessions.add(known)
    logs.add(known)
    update.add(known)
    _add_care(known)
    return parser


Known = argparse._SubParsersAction  # argparse gives this type no public name


def _add_save(known: Known[argparse.ArgumentParser]) -> None:
    save = known.add_parser("save", help="archive pages, videos, posts or lists")
    save.add_argument("urls", nargs="+", metavar="URL", help="the address of a page, video, post or list")
    save.add_argument("--quality", choices=QUALITIES, help="best picture height")
    save.add_argument("--audio", action="store_true", help="only the sound")
    save.add_argument("--transcripts", metavar="LANGUAGES", help="such as en,de; all; none")
    save.add_argument("--max-items", type=int, metavar="N", help="of a list, at most so many")
    save.add_argument("--comments", action="store_true", help="comments too")
    save.add_argument(
        "--force", action="store_true", help="fetch again what is archived already; new files take the place of the old"
    )
    save.add_argument("--wait", action="store_true", help="show the progress and return when all is done")
    _json(save)
    save.set_defaults(run=commands.save)


def _add_looks(known: Known[argparse.ArgumentParser]) -> None:
    identify = known.add_parser("identify", help="say what URLs are, without fetching anything")
    identify.add_argument("urls", nargs="+", metavar="URL", help="the address of a page, video, post or list")
    _json(identify)
    identify.set_defaults(run=commands.identify)

    # -word: without this word; and without -h, with which many words begin
    search = known.add_parser(
        "search",
        takes_dashes=True,
        add_help=False,
        help="find words in all that is written and said, and in your notes and tags",
    )
    search.add_argument("words", nargs="+", metavar="WORDS", help=WORDS)
    search.add_argument("--help", action="help", help="show this and end")
    search.add_argument("--limit", type=_count, default=20, metavar="N", help="at most so many items")
    _json(search)
    search.set_defaults(run=commands.search)

    opened = known.add_parser("open", help="open the archive's site in the browser")
    opened.add_argument(
        "item", nargs="?", metavar="ITEM", help="an item's number, or a job's, as search and jobs show them"
    )
    opened.add_argument("--port", type=_port, metavar="N", help="another port than the setting's")
    _json(opened)
    opened.set_defaults(run=commands.open_site)


def _add_jobs(known: Known[argparse.ArgumentParser]) -> None:
    jobs = known.add_parser("jobs", help="list the newest jobs")
    jobs.add_argument("--status", type=_status, choices=STATUSES, help="only those in this state")
    jobs.add_argument("--limit", type=_count, default=30, metavar="N", help="at most so many")
    _json(jobs)
    jobs.set_defaults(run=commands.jobs)
    for action, what in ACTIONS.items():
        _add_action(known, action, what)


def _status(text: str) -> str:
    """The word of the list, such as `saved`, is as good as the state's own name."""
    from bowerbird.cli.show import WORDS

    said = text.strip().lower().replace("-", " ")
    return next((status for status, word in WORDS.items() if word.lower() == said), text)


def _add_action(known: Known[argparse.ArgumentParser], action: str, what: str) -> None:
    parser = known.add_parser(action, help=what)
    every = FOR_ALL.get(action)
    parser.add_argument(
        "jobs", nargs="*" if every else "+", metavar="JOB", help="a job's id, or how it begins; see: bowerbird jobs"
    )
    if every:
        parser.add_argument(every[0], action="store_true", dest="every", help=every[1])
    if action == "pause":
        parser.add_argument("--until", metavar="TIME", help="what has not begun: until then, such as 2026-12-24T18:00")
    if action == "retry":
        parser.add_argument("--platform", metavar="NAME", help="with --failed: only of this one, such as youtube")
        parser.add_argument("--error", metavar="CODE", help="with --failed: only what failed so, such as network")
    _json(parser)
    parser.set_defaults(run=actions.act, action=action, all_of=every[0] if every else "")
    parser.set_defaults(every=False, platform=None, error=None, until=None)


def _add_processes(known: Known[argparse.ArgumentParser]) -> None:
    work = known.add_parser("work", help="do the queued work in this terminal")
    work.add_argument("--until-idle", action="store_true", help="return when nothing can go on without you")
    work.set_defaults(run=commands.work)

    serve = known.add_parser("serve", help="run the archive's site in this terminal")
    free = "another port than the setting's; 0 takes any free one"
    serve.add_argument("--port", type=functools.partial(_port, least=0), metavar="N", help=free)
    serve.set_defaults(run=commands.serve)


def _count(text: str) -> int:
    digits = text.lstrip("0") if text.isascii() and text.isdigit() else ""
    if digits:
        # Python reads no number of thousands of digits
        return int(digits) if len(digits) < 10 else 10**9
    raise argparse.ArgumentTypeError(f"'{text[:40]}' is no number of lines: that is a whole number from 1 on")


def _port(text: str, least: int = 1) -> int:
    if text.isascii() and text.isdigit() and least <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text[:40]}' is no port: that is a whole number from {least} to 65535")


def _add_care(known: Known[argparse.ArgumentParser]) -> None:
    install = known.add_parser("install", help="make the archive and tell the browsers about it")
    install.add_argument("--browser", action="append", metavar="NAME", help="only this browser; may be repeated")
    install.set_defaults(run=commands.install)

    uninstall = known.add_parser("uninstall", help="take away what was put here, but for archive and program")
    uninstall.set_defaults(run=commands.uninstall)

    stop = known.add_parser("stop", help="end the worker and the site that run in the background")
    stop.set_defaults(run=commands.stop)

    doctor = known.add_parser("doctor", help="look for what is broken, and say the cure")
    _json(doctor)
    doctor.set_defaults(run=commands.doctor)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="lines for a program")
