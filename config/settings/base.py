"""What holds wherever Xiaohuan runs. Servers, secrets and switches come from dev, test or production."""

from datetime import timedelta
from pathlib import Path

from config import env
from config.schedule import BOUNCES, SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    "config.admin.CodeTablesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "rest_framework",
    "rest_framework.authtoken",
    "common",
    "reference",
    "accounts",
    "notifications",
    "documents",
    "units",
    "hazards",
    "inspections",
    "rectification",
    "dashboards",
    "operations",
    "devtools",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "common.middleware.PermissionsPolicyMiddleware",
    "common.middleware.RequestSizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.IdleSessionMiddleware",
    "accounts.middleware.SignInFirstMiddleware",
    "accounts.middleware.FirstPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "common.templatetags.face",
            ],
        },
    }
]

FORM_RENDERER = "common.forms.FaceRenderer"

# --- data ------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A request larger than this is refused before it is read; up to MAX_DRAINED_BYTES are read and dropped,
# so that the browser gets as far as our sentence.
MAX_UPLOAD_BYTES = 25 * 1024 * 1024
MAX_DRAINED_BYTES = 512 * 1024 * 1024
MAX_PHOTO_BYTES = 15 * 1024 * 1024
MAX_WORKBOOK_BYTES = 20 * 1024 * 1024

# --- people ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "accounts.backends.PolicyBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
# GB/T 22239 gives no numbers; these are what assessors usually accept.
AXES_FAILURE_LIMIT = env.number("LOGIN_FAILURE_LIMIT", 5)
AXES_COOLOFF_TIME = timedelta(minutes=env.number("LOGIN_LOCK_MINUTES", 15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# The page says until when the door is locked; trying again meanwhile must not make that untrue.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "accounts.network.client_ip"
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_ENABLE_ADMIN = False
API_TOKEN_DAYS = env.number("API_TOKEN_DAYS", 30)
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_MINUTES", 120) * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- words -----------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- files -----------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"

# --- papers ----------------------------------------------------------------------------------
# A county's own fonts (仿宋_GB2312, 方正小标宋 ...) and its own templates; empty means ours.
PAPER_FONT_DIR = env.text("PAPER_FONT_DIR", "")
PAPER_TEMPLATE_DIR = env.text("PAPER_TEMPLATE_DIR", "")

# --- what a browser may load: ourselves and nothing else ------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
PERMISSIONS_POLICY = "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()"

# --- API -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.PersonToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "common.parsers.ReadableJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "common.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.api.answer_errors",
    "DEFAULT_THROTTLE_RATES": {"token": "20/min"},
    "NUM_PROXIES": env.number("NUM_PROXIES", 0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Xiaohuan 消患 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Several things have an outcome, a kind or a status: each gets a name that can be read.
    "ENUM_NAME_OVERRIDES": {
        "AcceptanceOutcome": "rectification.models.suspensions.AcceptanceCheck.Outcome",
        "UnsealOutcome": "rectification.models.seals.UnsealRequest.Outcome",
        "LookBackOutcome": "rectification.models.lookbacks.LookBack.Outcome",
        "WatchOutcome": "rectification.models.watches.WatchLook.Outcome",
        "SuspensionKind": "rectification.models.suspensions.Suspension.Kind",
        "OrderKind": "rectification.services.orders.Kind",
        "InspectionKind": "inspections.models.Kind",
        "SuspensionStatus": "rectification.models.suspensions.Suspension.Status",
        "SealStatus": "rectification.models.seals.Seal.Status",
        "LookBackWhy": "rectification.models.lookbacks.LookBack.Why",
        "WatchWhy": "rectification.models.watches.Watch.Why",
    },
}

# --- jobs ------------------------------------------------------------------------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(BASE_DIR / "var" / "beat")
# How long after 08:00 the chase may still be at work before /readyz calls it late.
CHASE_GRACE_MINUTES = env.number("CHASE_GRACE_MINUTES", 60)
# More lines than this in one scheduled run are held until a person releases them; the first run ever, over whatever was
# imported, has a limit of its own.
CHASE_HOLD_ABOVE = env.number("CHASE_HOLD_ABOVE", 5_000)
CHASE_HOLD_FIRST_ABOVE = env.number("CHASE_HOLD_FIRST_ABOVE", 200)
# How long ago the outbox may last have been gone through; a long morning's mail takes some minutes.
DELIVERY_GRACE_MINUTES = env.number("DELIVERY_GRACE_MINUTES", 10)

# --- the watchdog: who hears that a part of the product is down, by a road that does not need the part ----------
# Names of accounts or e-mail addresses; whoever holds a post as administrator is told besides.
WATCHDOG_TELL = env.words("WATCHDOG_TELL")
WATCHDOG_WEBHOOK = env.text("WATCHDOG_WEBHOOK", "")
WATCHDOG_WEBHOOK_SECRET = env.text("WATCHDOG_WEBHOOK_SECRET", "")
WATCHDOG_REPEAT_HOURS = env.number("WATCHDOG_REPEAT_HOURS", 6)
# Whether pages say what is down to those who can do something about it.
ALARM_BANNER = env.flag("ALARM_BANNER", True)
# What it must remember when the database is what is down.
WATCHDOG_FILE = env.text("WATCHDOG_FILE", str(BASE_DIR / "var" / "watchdog.json"))

# --- re-inspection ---------------------------------------------------------------------------
# Nobody who submitted or ordered a hazard of these grades verifies it; of a listed hazard nobody ever does.
INDEPENDENT_GRADES = tuple(env.words("INDEPENDENT_GRADES", "major,serious"))
# How many characters stand for a photo where a hazard is closed without one.
WORDS_WITHOUT_PHOTO = env.number("WORDS_WITHOUT_PHOTO", 10)

# --- mail ------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "xiaohuan@localhost")
EMAIL_TIMEOUT = 10
# What the mail server takes: letters per minute from all workers together (0: no limit), and connections of one worker.
EMAIL_RATE_PER_MINUTE = env.number("EMAIL_RATE_PER_MINUTE", 0)
EMAIL_CONNECTIONS = env.number("EMAIL_CONNECTIONS", 4)
# The mailbox of DEFAULT_FROM_EMAIL, in which undeliverable mail comes back: imaps://user:password@host/INBOX, pop3s://...
# Without it "sent" means that the mail server took the letter.
BOUNCES_URL = env.text("BOUNCES_URL", "")
BOUNCES_CA = env.text("BOUNCES_CA", "")
if BOUNCES_URL:
    CELERY_BEAT_SCHEDULE = SCHEDULE | BOUNCES
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")


KEEPALIVE = "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


def servers(database_url: str, redis_url: str) -> dict:
    """DATABASES, CACHES and the broker for one PostgreSQL and one Redis, over TCP or a unix socket.

    `redis_url` is what redis-py takes: redis://host:port/0 or unix:///path/to.sock?db=0.
    """
    import dj_database_url

    database = dj_database_url.parse(database_url, conn_max_age=60, conn_health_checks=True)
    database["DISABLE_SERVER_SIDE_CURSORS"] = False
    # A machine that loses its power says no goodbye: within a minute and a half the server knows, and frees the locks
    # of its workers (of which letters they have in hand, and of the chase). Unix sockets need none and take none.
    database.setdefault("OPTIONS", {}).setdefault("options", KEEPALIVE)
    broker = redis_url
    if redis_url.startswith("unix://"):
        path, _, query = redis_url.removeprefix("unix://").partition("?")
        broker = f"redis+socket://{path}?virtual_host={query.removeprefix('db=') or 0}"
    return {
        "DATABASES": {"default": database},
        "CACHES": {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": redis_url,
                # A Redis that hangs must not hang the page that would say so.
                "OPTIONS": {"socket_connect_timeout": 3, "socket_timeout": 5},
            }
        },
        "REDIS_URL": redis_url,
        "CELERY_BROKER_URL": broker,
    }
