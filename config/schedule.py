"""What Celery beat starts, and when (times are Asia/Shanghai). Missed runs are caught up by the jobs themselves."""

from celery.schedules import crontab

SCHEDULE = {
    "heartbeat": {
        "task": "common.tasks.heartbeat",
        "schedule": 30,
        # A worker that was away must not work off a pile of old heartbeats.
        "options": {"expires": 30},
    },
    "deliver": {
        "task": "notifications.tasks.deliver",
        "schedule": 30,
        "options": {"expires": 30},
    },
    # Every day: the job itself asks the calendar, which knows holidays and Saturdays that are worked.
    "chase": {
        "task": "rectification.tasks.chase",
        "schedule": crontab(hour=8, minute=0),
    },
    # Makes up for a morning on which beat, broker or worker were away, or on which the run was cut off.
    "chase-catch-up": {
        "task": "rectification.tasks.catch_up",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    # Clocks counted in hours run whatever the hour; each letter is written once.
    "chase-hourly": {
        "task": "rectification.tasks.chase_hourly",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    # The sums are right without it; it keeps them short.
    "fold-tally": {
        "task": "hazards.tasks.fold_tally",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
}
# Only where there is a mailbox to which undeliverable mail comes back (BOUNCES_URL).
BOUNCES = {
    "read-bounces": {
        "task": "notifications.tasks.read_bounces",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
}
