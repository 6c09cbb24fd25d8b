"""What our forms share: the product's field template, one creation per form, no writing over another's change."""

import uuid

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from common.errors import RuleBroken
from common.versions import version_of


class FaceRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` give the same field as `{% field form.name %}`."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"

    def render(self, template_name, context, request=None):
        """Selects and plain inputs without a template: Django includes two per option, which a list page feels."""
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def draw_attributes(attrs: dict) -> str:
    """What django/forms/widgets/attrs.html writes."""
    return "".join(
        f" {conditional_escape(name)}" + ("" if value is True else f'="{conditional_escape(str(value))}"')
        for name, value in attrs.items()
        if value is not False
    )


def draw_input(widget: dict) -> SafeString:
    """What django/forms/widgets/input.html writes."""
    value = "" if widget["value"] is None else f' value="{conditional_escape(str(widget["value"]))}"'
    name = conditional_escape(widget["name"])
    return mark_safe(
        f'<input type="{widget["type"]}" name="{name}"{value}{draw_attributes(widget["attrs"])}>'
    )


def draw_select(widget: dict) -> SafeString:
    """What django/forms/widgets/select.html writes."""
    parts = [f'<select name="{conditional_escape(widget["name"])}"{draw_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{conditional_escape(group)}">')
        parts += [
            f'<option value="{conditional_escape(str(option["value"]))}"{draw_attributes(option["attrs"])}>'
            f"{conditional_escape(option['label'])}</option>"
            for option in options
        ]
        if group:
            parts.append("</optgroup>")
    return mark_safe("\n".join([*parts, "</select>"]))


DRAWN = {
    f"django/forms/widgets/{name}.html": draw_input
    for name in ("text", "number", "email", "tel", "search", "hidden", "date", "datetime", "time", "input")
} | {"django/forms/widgets/select.html": draw_select}


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
