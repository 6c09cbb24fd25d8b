"""The gateways of a county, in the code tables."""

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from common import days
from notifications import services
from notifications.models import Gateway, Line


class GatewayForm(forms.ModelForm):
    """The secret goes in and never comes out; left empty it stays as it is."""

    secret = forms.CharField(
        label=_("secret"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=Gateway._meta.get_field("secret").help_text,
    )

    class Meta:
        model = Gateway
        fields = (
            "channel", "name", "url", "secret", "region", "enabled", "rate_per_minute", "timeout", "connections",
        )  # fmt: skip

    def clean_secret(self):
        """The new secret, or the one that is kept."""
        given = self.cleaned_data["secret"] or (
            Gateway.objects.get(pk=self.instance.pk).secret if self.instance.pk else ""
        )
        if not given:
            raise forms.ValidationError(_("Enter the secret."))
        return given


@admin.register(Gateway)
class GatewayAdmin(admin.ModelAdmin):
    """Where SMS and group messages go. "Try" sends a test letter to the administrator's own number."""

    form = GatewayForm
    list_display = ("name", "channel", "region", "enabled", "rate_per_minute", "condition")
    list_filter = ("channel", "enabled")
    list_select_related = ("region",)
    search_fields = ("name",)
    raw_id_fields = ("region",)
    actions = ("try_out",)

    @admin.display(description=_("condition"))
    def condition(self, gateway):
        """Out of order since its last attempt, or nothing known against it."""
        line = Line.objects.filter(pk=gateway.line_name).first()
        return line.last_error if line and line.failures else _("in order")

    @admin.action(description=_("Try: send a test message to my own number"), permissions=["change"])
    def try_out(self, request, queryset):
        for gateway in queryset:
            taken, words = services.try_gateway(
                gateway, phone=request.user.phone, name=str(request.user), now=days.now()
            )
            self.message_user(request, f"{gateway}：{words}", messages.SUCCESS if taken else messages.ERROR)
