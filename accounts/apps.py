from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from accounts import receivers

        user_logged_in.connect(receivers.signed_in, dispatch_uid="accounts.signed_in")
        user_login_failed.connect(receivers.turned_away, dispatch_uid="accounts.turned_away")
