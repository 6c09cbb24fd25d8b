"""The Celery application: jobs pick up rows that services wrote; services never call a job."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
app = Celery("xiaohuan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
