"""PostgreSQL's own programs on this data folder's database, in the version that fits the server."""

import os
import sys
from pathlib import Path

from devtools import embedded


def main() -> None:
    """Run psql or pg_dump with our address; DATABASE_URL wins, and a stopped server is started for it."""
    program, *arguments = sys.argv[1:]
    if url := os.environ.get("DATABASE_URL"):
        sys.exit(run(program, url, arguments))
    data_dir = os.environ.get("DATA_DIR") or Path(__file__).resolve().parent.parent / ".local"
    try:
        with embedded.borrowed(data_dir) as (url, _redis):
            code = run(program, url, arguments)
    except embedded.CannotStart as error:
        sys.exit(str(error))
    sys.exit(code)


def run(program: str, url: str, arguments: list[str]) -> int:
    return os.spawnv(os.P_WAIT, embedded.postgres_bin() / program, [program, url, *arguments])


if __name__ == "__main__":
    main()
