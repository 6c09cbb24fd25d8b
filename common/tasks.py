"""The heartbeat: sent by beat, carried by the broker, done by a worker, so that its age tells about all three.

The delivery has one of its own: a worker that lives and brings nobody a letter is of no use.
"""

from celery import shared_task
from celery.signals import beat_init, before_task_publish, task_success, worker_ready, worker_shutting_down

from common import heartbeat as life

DELIVER = "notifications.tasks.deliver"


@shared_task
def heartbeat() -> None:
    """A worker has taken a job just now."""
    life.beat("worker")


@worker_ready.connect
def _worker_is_up(**kwargs):
    life.beat("worker")
    life.begin("delivery")


@worker_shutting_down.connect
def _worker_goes(**kwargs):
    life.forget("worker", "delivery")


@task_success.connect
def _job_has_ended(sender=None, **kwargs):
    # Its end, not its beginning: a delivery that hangs or breaks off every time has delivered nothing.
    if sender is not None and sender.name == DELIVER:
        life.beat("delivery")


@beat_init.connect
def _beat_is_up(**kwargs):
    life.beat("beat")


@before_task_publish.connect(sender="common.tasks.heartbeat")
def _beat_has_sent(**kwargs):
    life.beat("beat")
