"""For the real thing: nothing has a default that would be unsafe, and all that is missing is said at once."""

import structlog

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, servers


def _required(*names: str) -> dict[str, str]:
    """The value of each name, or one sentence that lists every missing one."""
    found, missing = {}, []
    for name in names:
        try:
            found[name] = env.text(name)
            if not found[name]:
                missing.append(name)
        except env.Missing as error:
            missing.append(f"{name} ({error})" if "cannot be read" in str(error) else name)
    if missing:
        raise SystemExit(
            f"Xiaohuan does not start: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing. "
            "Set each in the environment, or NAME_FILE to a file that holds it; docs/operations.md explains them."
        )
    return found


_given = _required("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS")
SECRET_KEY = _given["SECRET_KEY"]
if len(SECRET_KEY) < 40:
    raise SystemExit(
        "Xiaohuan does not start: SECRET_KEY must have at least 40 characters. "
        'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
    )
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in _given["ALLOWED_HOSTS"].split(",") if host.strip()]
vars().update(servers(_given["DATABASE_URL"], _given["REDIS_URL"]))
# The password alone may come from a file, so that the address can stand in plain sight.
if password := env.text("DATABASE_PASSWORD", ""):
    DATABASES["default"]["PASSWORD"] = password  # noqa: F405

# --- HTTPS: ends at a proxy that sets X-Forwarded-Proto and passes no such header from outside -----------
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SSL_REDIRECT", True)
# The balancer and the container's own health check speak plain HTTP from inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("SECURE_COOKIES", True)
# Closed networks with an internal CA may be moved back to HTTP some day: HSTS_SECONDS=0 leaves that open.
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", True)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
USE_X_FORWARDED_HOST = env.flag("USE_X_FORWARDED_HOST", False)

# --- files ------------------------------------------------------------------------------------------------
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_ROOT = env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
MEDIA_ROOT = env.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media"))
FILE_UPLOAD_PERMISSIONS = 0o640

# --- mail -------------------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
# Without a mail server messages still reach the inbox; `doctor` says that no mail goes out.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"

# --- logs: one JSON object per line on standard error ---------------------------------------------------------
_SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(["status_code"]),
    structlog.processors.TimeStamper(fmt="iso", utc=False),
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
CELERY_BEAT_SCHEDULE_FILENAME = env.text("BEAT_FILE", str(BASE_DIR / "var" / "beat"))
