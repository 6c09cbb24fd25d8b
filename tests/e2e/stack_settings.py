"""Production settings with a quick beat: the very entries of config.schedule, every second instead of at eight."""

from config.settings.production import *  # noqa: F403
from config.settings.production import CELERY_BEAT_SCHEDULE

CELERY_BEAT_SCHEDULE = {name: entry | {"schedule": 1.0} for name, entry in CELERY_BEAT_SCHEDULE.items()}
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
