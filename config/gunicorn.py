"""How gunicorn serves in production: `gunicorn --config python:config.gunicorn config.wsgi`."""

from config import env

bind = env.text("BIND", "0.0.0.0:8000")
workers = env.number("WEB_WORKERS", 3)
worker_class = "gthread"
threads = env.number("WEB_THREADS", 4)
# Settings are read once, before any worker: a missing secret ends the start instead of looping.
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"
accesslog = "-"
# A Chinese character is nine letters of an address. The most that gunicorn takes.
limit_request_line = 8190
# Paths carry numbers of cases, never names; query strings may hold a searched person and stay out.
access_log_format = (
    '{"logger": "access", "at": "%(t)s", "method": "%(m)s", "path": "%(U)s", "status": "%(s)s", '
    '"bytes": "%(B)s", "ms": "%(M)s", "from": "%({x-forwarded-for}i)s"}'
)
