"""What our forms share: the product's field template, one creation per form, no writing over another's change."""

import uuid

from django import forms
from django.forms.renderers import TemplatesSetting

from common.errors import RuleBroken
from common.versions import version_of


class FaceRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` give the same field as `{% field form.name %}`."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"


class OnceForm(forms.Form):
    """A form that creates something: its `client_id` is unique in the table, so a double click makes one row."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A value, not a callable: the filled form of a refused act must come back with the same id.
        self.initial.setdefault("client_id", uuid.uuid4())

    def clean_client_id(self):
        """The id of this form; a form that lost it gets its own."""
        return self.cleaned_data["client_id"] or uuid.uuid4()


class VersionedForm(forms.Form):
    """A form that changes `row`: hand `cleaned_data["version"]` to the service, which calls `refuse_stale`."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, row=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.initial.setdefault("version", version_of(row))


def put_refusal(form, error: RuleBroken) -> None:
    """Shows a refusal at the field it speaks of, or on top of the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))
