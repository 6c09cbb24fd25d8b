"""The forms of signing in, passwords and account administration."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from accounts.roles import Role
from accounts.selectors import colleagues_of, region_by_text
from common.days import today


class SignInForm(AuthenticationForm):
    """User name and password; one sentence for every way of being wrong."""

    error_messages = {
        "invalid_login": _("User name or password is wrong. Both distinguish capital and small letters."),
        "inactive": _("User name or password is wrong. Both distinguish capital and small letters."),
    }

    def clean_username(self):
        """Letters typed full-width are the same letters."""
        return User.normalize_username(self.cleaned_data["username"])


class PasswordForm(forms.Form):
    """The person's own new password, the present one asked for."""

    old_password = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not only digits, and no common word."),
    )
    new_password2 = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old_password(self):
        """The present password, or a sentence."""
        if not self.user.check_password(self.cleaned_data["old_password"]):
            raise ValidationError(_("The present password is wrong."))
        return self.cleaned_data["old_password"]

    def clean_new_password2(self):
        """Twice the same."""
        again = self.cleaned_data["new_password2"]
        if again != self.cleaned_data.get("new_password1"):
            raise ValidationError(_("The two new passwords differ."))
        return again


class PreferencesForm(forms.ModelForm):
    """What a person may change about their own account."""

    class Meta:
        model = User
        fields = ["language", "phone", "email"]


class DateInput(forms.DateInput):
    """The device's own date picker."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class RegionField(forms.CharField):
    """A region by its code or its name, among those where the asker manages accounts."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Region"),
            help_text=_("Code or name, e.g. 131121104 or 马屯镇."),
            widget=forms.TextInput(attrs={"list": "region-choices", "autocomplete": "off"}),
            **kwargs,
        )


class PostFields(forms.Form):
    """A role in a region from a day on."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    region = RegionField()
    office = forms.ModelChoiceField(Office.objects.all(), label=_("Office"), required=False)
    title = forms.CharField(label=_("Title"), max_length=50, required=False)
    is_head = forms.BooleanField(label=_("Head of the township"), required=False)
    starts_on = forms.DateField(label=_("From"), widget=DateInput())

    def __init__(self, *args, asker, **kwargs):
        super().__init__(*args, **kwargs)
        self.asker = asker
        self.initial.setdefault("starts_on", today())

    def clean_region(self):
        """The one region that the text means, inside the asker's jurisdiction."""
        region = region_by_text(
            self.cleaned_data["region"], codes=self.asker.scope.codes_for("account.manage")
        )
        if region is None:
            raise ValidationError(_("No single region of yours has this code or name. Use the code."))
        return region


class FactsForm(forms.ModelForm):
    """Who a person is."""

    class Meta:
        model = User
        fields = ["name", "phone", "email", "card_number", "card_valid_to"]
        widgets = {"card_valid_to": DateInput()}


class NewAccountForm(PostFields):
    """A person and their first post."""

    username = forms.CharField(label=_("User name"), max_length=150, validators=[User.username_validator])
    name = forms.CharField(label=_("Name"), max_length=50)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    card_number = forms.CharField(label=_("Law-enforcement card number"), max_length=40, required=False)
    card_valid_to = forms.DateField(label=_("Card valid to"), required=False, widget=DateInput())
    field_order = ["username", "name", "phone", "email", "card_number", "card_valid_to", "role", "region"]


class EndPostForm(forms.Form):
    """The last day of a post."""

    ends_on = forms.DateField(label=_("Last day"), widget=DateInput())


class LeaveForm(forms.Form):
    """Who stands in for the holder of a post, from when to when; named by the holder."""

    deputy = forms.ModelChoiceField(
        User.objects.none(), label=_("Stands in"), empty_label=_("Choose a person")
    )
    starts_on = forms.DateField(label=_("From"), widget=DateInput())
    ends_on = forms.DateField(label=_("To"), widget=DateInput())

    def __init__(self, *args, post, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = colleagues_of(post, on)
        self.initial = {
            "deputy": post.deputy_id,
            "starts_on": post.deputy_from or on,
            "ends_on": post.deputy_to,
        }


class DeputyForm(forms.Form):
    """Who stands in, from when to when."""

    deputy = forms.ModelChoiceField(
        User.objects.none(), label=_("Deputy"), required=False, empty_label=_("nobody")
    )
    starts_on = forms.DateField(label=_("From"), widget=DateInput(), required=False)
    ends_on = forms.DateField(label=_("To"), widget=DateInput(), required=False)

    def __init__(self, *args, post, asker, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(asker).filter(is_active=True).exclude(pk=post.user_id)
        self.fields["deputy"].queryset = people
        self.initial = {"deputy": post.deputy_id, "starts_on": post.deputy_from, "ends_on": post.deputy_to}
