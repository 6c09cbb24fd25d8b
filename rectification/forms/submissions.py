"""The owner's reply."""

from django.utils.translation import gettext_lazy as _

from rectification.forms.base import ActForm
from rectification.forms.fields import PhotosField, words


class SubmitForm(ActForm):
    words = words(_("What was done"), most=2000)
    photos = PhotosField(label=_("Photos after rectification"), required=False)
