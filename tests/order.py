"""In which order tests run and how workers share them: nothing waits for the database, nobody for the last file."""

from xdist.scheduler import LoadFileScheduling

DATABASE = {"db", "transactional_db", "live_server", "django_db_setup", "servers"}


def sort(items) -> None:
    """Quick tests first, so that a slip shows in seconds; real processes and browsers last, the long before the short.

    The very first are the files that need no database: it is still being made.
    """
    asking = {item.path for item in items if asks_for_database(item)}
    items.sort(key=lambda item: (rank(item), item.path in asking, not item.get_closest_marker("long")))


def rank(item) -> int:
    return 2 if item.get_closest_marker("e2e") else int(bool(item.get_closest_marker("stack")))


def asks_for_database(item) -> bool:
    return bool(item.get_closest_marker("django_db")) or not DATABASE.isdisjoint(
        getattr(item, "fixturenames", ())
    )


class ByFile(LoadFileScheduling):
    """A file goes to one worker, whose fixtures it shares; the journeys in a browser share none and go one by one.

    xdist would begin with the files of many tests and end with a single test of minutes, while the others have nothing
    left to do.
    """

    def __init__(self, config, log=None):
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith("tests/e2e/") else super()._split_scope(nodeid)
