from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import receivers

        user_logged_in.connect(receivers.signed_in, dispatch_uid="accounts.signed_in")
        user_login_failed.connect(receivers.turned_away, dispatch_uid="accounts.turned_away")
