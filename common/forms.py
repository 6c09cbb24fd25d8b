"""Forms speak with the product's own field template."""

from django.forms.renderers import TemplatesSetting


class FaceRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` give the same field as `{% field form.name %}`."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
