"""Production settings with a clock that can be set, a beat of seconds, and little patience with servers that hang."""

from config.schedule import SCHEDULE
from config.settings.production import *  # noqa: F403
from faults import clock

clock.install()

# The entries of config.schedule, in seconds: `chase` comes again and again on the same day, as with a second beat.
SECONDS = {
    "heartbeat": 5,
    "deliver": 1.5,
    "chase": 17,
    "chase-catch-up": 2,
    "chase-hourly": 4,
    "fold-tally": 30,
}
CELERY_BEAT_SCHEDULE = {name: entry | {"schedule": float(SECONDS[name])} for name, entry in SCHEDULE.items()}
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
EMAIL_TIMEOUT = 1
# What is proved here is that nothing is lost or said twice; the guard over a backlog has its own tests.
CHASE_HOLD_ABOVE = CHASE_HOLD_FIRST_ABOVE = 1_000_000
PASSWORD_HASHERS = ["config.settings.test_hashers.QuickArgon2"]
