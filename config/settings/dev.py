"""For one's own machine: embedded servers, mail into a folder, a secret kept beside the data."""

import os
import secrets
import sys
from pathlib import Path

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, servers
from devtools import embedded

DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".local"))).resolve()


def _kept_secret() -> str:
    """A key made once per data folder, so that people stay signed in over a restart."""
    path = DATA_DIR / "secret-key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass
    return path.read_text() or "made-by-another-process-right-now"


SECRET_KEY = os.environ.get("SECRET_KEY") or _kept_secret()
DEBUG = env.flag("DEBUG", "runserver" in sys.argv)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver", *env.words("ALLOWED_HOSTS")]
INTERNAL_IPS = ["127.0.0.1"]

_database_url, _redis_url = embedded.urls(DATA_DIR)
vars().update(
    servers(os.environ.get("DATABASE_URL") or _database_url, os.environ.get("REDIS_URL") or _redis_url)
)

MEDIA_ROOT = DATA_DIR / "media"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
WATCHDOG_FILE = str(DATA_DIR / "watchdog.json")
# Static files straight from their folders: no collecting step between an edit and the browser.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 60
# `make demo` says so: the sign-in page then names the accounts.
DEMO = env.flag("DEMO")
