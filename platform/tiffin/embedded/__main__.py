"""`python -m tiffin.embedded up|down|status`: what script/up and script/down run."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from tiffin.embedded import commands
from tiffin.embedded.errors import CannotStart
from tiffin.embedded.topology import TOGETHER, Topology

DEFAULT_PORT = 8000


def main() -> int:
    options = _options()
    root = Path.cwd()
    end_cleanly_on_signals()
    try:
        if options.command == "up" and options.check:
            return commands.check(root, _wanted(options))
        if options.command == "up":
            return commands.up(
                root,
                _wanted(options),
                port=options.port,
                reset=options.reset,
                durable=not options.forgetful,
            )
        return {"down": commands.down, "status": commands.tell}[options.command](root)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The system refused: {error}.", file=sys.stderr)
        return 1


def end_cleanly_on_signals() -> None:
    """Whatever ends us ends the processes first; a shell's background job is born deaf to Ctrl-C's signal."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means to outlive the terminal
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/up", description="Start and stop the whole platform here.")
    known = parser.add_subparsers(dest="command", required=True)
    up = known.add_parser("up", help="start everything and stay")
    up.add_argument("--port", type=_port, default=DEFAULT_PORT, help="where the origin listens")
    up.add_argument("--reset", action="store_true", help="forget all data and start over")
    up.add_argument("--check", action="store_true", help="take one order all the way, then stop")
    up.add_argument("--forgetful", action="store_true", help="faster, for tests: a power cut may lose data")
    up.add_argument(
        "--elsewhere",
        type=_names,
        default=(),
        metavar="MODULE[,MODULE]",
        help="modules that run apart from the others, on a database server each",
    )
    up.add_argument("--split", action="store_true", help="give each module that stays a database of its own")
    known.add_parser("down", help="stop everything")
    known.add_parser("status", help="what runs, and where")
    return parser.parse_args()


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in text.split(",") if name.strip()}))


def _wanted(options: argparse.Namespace) -> Topology | None:
    """None when nobody has said: then it stays as it was begun."""
    asked = Topology(options.elsewhere, options.split)
    return None if asked == TOGETHER else asked


def _port(text: str) -> int:
    port = int(text) if text.isdigit() else -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535; 0 chooses a free one")
    return port


if __name__ == "__main__":
    sys.exit(main())
