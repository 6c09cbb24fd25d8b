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
    "chase": {
        "task": "rectification.tasks.chase",
        "schedule": crontab(hour=8, minute=0, day_of_week="mon-fri"),
    },
}
