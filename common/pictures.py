"""What every stored picture carries; the apps that own photos make their own table of it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def private_path(instance, filename: str) -> str:
    """A name that tells nothing and cannot be guessed: pictures are served through a check, never by name."""
    return f"{instance._meta.model_name}/{uuid.uuid4().hex[:2]}/{uuid.uuid4().hex}.jpg"


class Picture(models.Model):
    """A photo, re-encoded without its metadata; what the metadata said is kept beside it.

    `client_id` is made by the phone, so that sending a photo twice stores it once.
    """

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    file = models.ImageField(_("photo"), upload_to=private_path, max_length=200)
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["uploaded_at", "pk"]
