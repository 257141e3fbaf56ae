#!/usr/bin/env python
"""Django's command line. By hand it speaks to the platform that script/up has started."""

import os
import sys
from pathlib import Path

from tiffin.embedded import environment


def main() -> None:
    environment.adopt(Path(__file__).resolve().parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
