"""For the tests: throw-away servers that tests/conftest.py starts, cheap hashing, nothing sent anywhere."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import REST_FRAMEWORK, servers
from devtools import embedded

# One folder per test session. Children and xdist workers find it in the environment.
if "XIAOHUAN_TEST_DIR" not in os.environ:
    os.environ["XIAOHUAN_TEST_DIR"] = tempfile.mkdtemp(prefix="xiaohuan-test-")
    atexit.register(shutil.rmtree, os.environ["XIAOHUAN_TEST_DIR"], ignore_errors=True)
TEST_DIR = Path(os.environ["XIAOHUAN_TEST_DIR"])
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw") or 0)
_sockets = embedded.socket_folder(TEST_DIR.resolve())

SECRET_KEY = "test-only-key-that-signs-nothing-of-worth-0123456789"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
vars().update(
    servers(
        os.environ.get("DATABASE_URL") or embedded.database_url(_sockets),
        os.environ.get("REDIS_URL") or embedded.redis_url(_sockets, 1 + _worker % 14),
    )
)
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False  # noqa: F405
if not os.environ.get("DATABASE_URL"):
    # Migrated once a session (tests/tables.py); a server of one's own migrates in each worker.
    DATABASES["default"]["TEST"] = {"TEMPLATE": "migrated"}  # noqa: F405

# Argon2 as in production would cost 0.1 s per user that a test creates.
PASSWORD_HASHERS = [
    "config.settings.test_hashers.QuickArgon2",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
MEDIA_ROOT = TEST_DIR / "media"
# No worker runs beside the tests; those about the banner switch it on.
ALARM_BANNER = False
WATCHDOG_FILE = str(TEST_DIR / "watchdog.json")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# No mailbox of whoever runs the tests is read.
BOUNCES_URL = BOUNCES_CA = ""
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"token": "1000/min"}}
