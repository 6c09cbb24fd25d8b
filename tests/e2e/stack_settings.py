"""Production settings with a quick beat: the very entries of config.schedule, every second instead of at eight."""

from config.schedule import SCHEDULE
from config.settings.production import *  # noqa: F403

CELERY_BEAT_SCHEDULE = {name: entry | {"schedule": 1.0} for name, entry in SCHEDULE.items()}
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
