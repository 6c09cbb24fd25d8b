"""`python -m faults.crowd DAY N`: N processes that begin `manage.py chase --on DAY` at the same instant.

The modules are imported once and the processes forked from there: eight imports one after another would keep them
from meeting.
"""

import os
import sys

import django


def main(day: str, number: int) -> int:
    django.setup()
    from django.core.management import execute_from_command_line

    gate, opener = os.pipe()
    children = []
    for _n in range(number):
        child = os.fork()
        if not child:
            os.close(opener)
            os.read(gate, 1)  # ends when the parent closes the other side
            execute_from_command_line(["manage.py", "chase", "--on", day])
            os._exit(0)
        children.append(child)
    os.close(opener)
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
