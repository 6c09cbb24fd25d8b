"""What a POST of the API sends, read by the forms of the pages; and those forms as the schema describes them."""

import json

from django import forms
from django.utils.translation import gettext as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from rectification.forms import PhotosField


def facts_of(request, fields):
    """The body as a form of these fields reads it. 400 names what holds no words.

    A list stands for itself where several may be chosen, and for one entry a line elsewhere; a field that takes
    JSON gets it whole.
    """
    if hasattr(request.data, "getlist"):
        return request.data
    facts, wrong = {}, {}
    for name, value in request.data.items():
        if getattr(fields.get(name), "takes_json", False):
            facts[name] = "" if value is None else json.dumps(value)
            continue
        several = isinstance(value, list)
        words = [_words(one) for one in (value if several else [value])]
        if None in words:
            wrong[name] = [_("Words, or a list of words, are expected.")]
        elif several and getattr(getattr(fields.get(name), "widget", None), "allow_multiple_selected", False):
            facts[name] = words
        else:
            facts[name] = "\n".join(words)
    if wrong:
        raise ValidationError(wrong)
    return facts


def _words(value) -> str | None:
    """A JSON value as it would stand in a form; None for what cannot stand there."""
    if isinstance(value, dict | list):
        return None
    return "" if value is None else str(value)


def filled(form_class, request, **about):
    """The form of a page with what the body sends. 400 names the fields that are wrong."""
    form = form_class(facts_of(request, form_class.base_fields), request.FILES, user=request.user, **about)
    if not form.is_valid():
        raise ValidationError(form.errors)
    return form


# --- what the schema says ----------------------------------------------------------------------------------


def body_of(form_class, **more) -> type[serializers.Serializer]:
    """A form as the schema shows a body, with `more` fields before its own."""
    fields = {name: _described(field) for name, field in form_class.base_fields.items()}
    return inline_serializer(form_class.__name__.removesuffix("Form") + "Body", more | fields)


def _described(field: forms.Field) -> serializers.Field:
    """One field of a form: what it takes, with the words that the page has for it."""
    facts = {"required": field.required, "label": field.label, "help_text": field.help_text or field.label}
    match field:
        case PhotosField():
            return serializers.ListField(child=serializers.FileField(), **facts)
        case forms.ModelMultipleChoiceField():
            return serializers.ListField(child=serializers.CharField(), **facts)
        case forms.ChoiceField() if field.choices:
            return serializers.ChoiceField(choices=field.choices, **facts)
    kind = next((shown for taken, shown in KINDS.items() if isinstance(field, taken)), serializers.CharField)
    return kind(**facts)


KINDS = {
    forms.DateTimeField: serializers.DateTimeField,
    forms.DateField: serializers.DateField,
    forms.UUIDField: serializers.UUIDField,
    forms.BooleanField: serializers.BooleanField,
}
