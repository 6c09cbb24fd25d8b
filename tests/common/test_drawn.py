"""What is drawn without a template is what Django's own templates would have written."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe

from common.forms import FaceRenderer


class Sample(forms.Form):
    name = forms.CharField(max_length=20, widget=forms.TextInput(attrs={"placeholder": '"<&', "data-x": "1"}))
    count = forms.IntegerField(required=False, min_value=0)
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"readonly": True, "disabled": False}))
    secret = forms.CharField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        choices=[("", "---"), ("a&b", "A <b>"), ("c", mark_safe("<i>"[1:])), ("组", [("1", "一"), (2, "二")])]
    )
    many = forms.MultipleChoiceField(choices=[("1", "1"), ("2", "2")])


def drawn(renderer, data):
    form = Sample(data, renderer=renderer)
    return ["".join(str(field.as_widget()).split()) for field in form]


def test_every_control_is_the_same():
    data = {
        "name": "<b>\"x\" & 'y'",
        "count": "7",
        "day": "2026-06-15",
        "kind": "2",
        "many": ["2"],
        "secret": "s",
    }
    for given in (None, {}, data):
        assert drawn(FaceRenderer(), given) == drawn(TemplatesSetting(), given)
