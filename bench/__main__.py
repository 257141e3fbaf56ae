"""`python -m bench NAME`: what script/bench runs. The last line on standard output is the result, as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

from bench import measuring
from bench.measuring import say
from tiffin.embedded.__main__ import end_cleanly_on_signals
from tiffin.embedded.errors import CannotStart

NAMES = (
    "place_order",
    "place_use_case",
    "lifecycle",
    "events",
    "interfaces",
    "quote",
    "streams",
    "ledger",
    "renewals",
    "signups",
    "benefits",
    "ads",
    "flags",
)

OPTIONS = {
    "lifecycle": {"rate", "seed"},
    "streams": {"streams"},
    "ledger": {"stored", "full", "customers"},
    "renewals": {"members", "full"},
    "benefits": {"members"},
    "ads": {"campaigns"},
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure one thing.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--seconds", type=_positive, help="how long one round lasts")
    parser.add_argument(
        "--rounds", type=int, choices=range(1, 10), help="how often it is measured; the median is told"
    )
    parser.add_argument("--rate", type=_positive, help="lifecycle: orders a second")
    parser.add_argument("--seed", type=int, help="lifecycle: the same seed brings the same demand")
    parser.add_argument("--streams", type=int, help="streams: how many")
    parser.add_argument(
        "--stored", type=_positive, help="ledger: transfers that are there already at the end"
    )
    parser.add_argument("--members", type=int, help="renewals: of each round; benefits: in all")
    parser.add_argument("--campaigns", type=int, help="ads: how many run")
    parser.add_argument("--customers", type=int, help="ledger: how many have points")
    parser.add_argument(
        "--full",
        action="store_true",
        default=None,
        help="ledger: 20 million transfers; renewals: 192,000 members in all",
    )
    given = vars(parser.parse_args())
    name = given.pop("name")
    # Before its module takes it over.
    measuring.ROUNDS = given.pop("rounds") or measuring.ROUNDS
    options = {option: value for option, value in given.items() if option == "seconds" or value is not None}
    if strange := set(options) - {"seconds", *OPTIONS.get(name, ())}:
        parser.error(f"{name} does not know --{min(strange)}")
    end_cleanly_on_signals()
    try:
        told = import_module(f"bench.{name}").run(**options)
    except CannotStart as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    print(json.dumps(told))
    return 0


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("must be above zero")
    return value


if __name__ == "__main__":
    sys.exit(main())
