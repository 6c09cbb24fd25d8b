"""The settings of the demo, with the frame as one more page and a counter of statements for those who ask."""

from config.settings.dev import *  # noqa: F403
from config.settings.dev import BASE_DIR, MIDDLEWARE, TEMPLATES

# Outermost, so that the session and the person are counted too.
MIDDLEWARE = ["benchmarks.frame.CountStatements", *MIDDLEWARE]
ROOT_URLCONF = "benchmarks.frame"
TEMPLATES[0]["DIRS"].append(BASE_DIR / "benchmarks" / "templates")
