"""The command line of the course: `python -m course_lib doctor`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    help_text = "say whether this machine is ready for the course, and how to mend what is not"
    commands.add_parser("doctor", help=help_text).set_defaults(run=run_doctor)
    return parser.parse_args(arguments).run()


def run_doctor() -> int:
    try:
        from . import doctor
    except ModuleNotFoundError as missing:  # the doctor itself stands on `packaging`, which matplotlib brings
        print(f"The doctor cannot start: python -m pip install {missing.name}")
        return 1
    checks = doctor.examine(doctor.look())
    print(doctor.report(checks))
    return 0 if all(check.ok for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
