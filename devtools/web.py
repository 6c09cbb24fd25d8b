"""How gunicorn serves the demo; production has config/gunicorn.py."""

from devtools.embedded import die_with_parent

workers = 2
worker_class = "gthread"
threads = 4
# Modules are imported once, before the workers: half the start.
preload_app = True
timeout = 120
graceful_timeout = 1
accesslog = "-"
# A Chinese character is nine letters of an address. The most that gunicorn takes.
limit_request_line = 8190


def post_fork(server, worker):
    """A worker would notice within seconds that its master was killed; the port must be free at once."""
    die_with_parent()
