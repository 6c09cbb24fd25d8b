"""What a container asks itself: `python -m config.probe web`, `beat` or `watchdog`. Exit 0 or a reason.

web asks /healthz over HTTP, with a Host header that ALLOWED_HOSTS lets in; beat looks at its own last heartbeat, the
watchdog at the file that each of its looks writes.
"""

import http.client
import os
import sys
import time
from pathlib import Path

from config import env


def web() -> str:
    """Empty when the web process answers, otherwise why not."""
    host = env.text("ALLOWED_HOSTS").split(",")[0].strip().lstrip(".*") or "localhost"
    port = int(os.environ.get("BIND", ":8000").rpartition(":")[2])
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz", headers={"Host": host})
        status = line.getresponse().status
    except OSError as error:
        return f"no answer: {error}"
    return "" if status == 200 else f"/healthz answers {status}"


def beat() -> str:
    """Empty when beat has sent its heartbeat lately."""
    import django

    django.setup()
    from common import heartbeat

    age = heartbeat.age("beat")
    if age is None:
        return "beat has never reported"
    return f"beat last reported {age:.0f} seconds ago" if age > heartbeat.MAX_AGE else ""


def watchdog() -> str:
    """Empty when the watchdog has looked within five minutes."""
    from django.conf import settings

    try:
        age = time.time() - Path(settings.WATCHDOG_FILE).stat().st_mtime
    except OSError:
        return "the watchdog has never looked"
    return f"the watchdog last looked {age:.0f} seconds ago" if age > 300 else ""


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    sys.exit({"web": web, "beat": beat, "watchdog": watchdog}[sys.argv[1]]() or 0)
