"""The heartbeat: sent by beat, carried by the broker, done by a worker, so that its age tells about all three."""

from celery import shared_task
from celery.signals import beat_init, before_task_publish, worker_ready, worker_shutting_down

from common import heartbeat as life


@shared_task
def heartbeat() -> None:
    """A worker has taken a job just now."""
    life.beat("worker")


@worker_ready.connect
def _worker_is_up(**kwargs):
    life.beat("worker")


@worker_shutting_down.connect
def _worker_goes(**kwargs):
    life.forget("worker")


@beat_init.connect
def _beat_is_up(**kwargs):
    life.beat("beat")


@before_task_publish.connect(sender="common.tasks.heartbeat")
def _beat_has_sent(**kwargs):
    life.beat("beat")
