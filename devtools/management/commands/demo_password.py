"""`demo_password`: gives the demo's accounts the password in DEMO_PASSWORD, where they have another."""

import os

from django.contrib.auth.hashers import check_password, make_password
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from accounts.models import User


class Command(BaseCommand):
    help = "Set DEMO_PASSWORD for all accounts that still share the demo's password."

    def handle(self, *args, **options):
        password = os.environ.get("DEMO_PASSWORD")
        if not password:
            raise CommandError("Set DEMO_PASSWORD: the password that all demo accounts share.")
        # The demo hashes once, so its accounts hold the same hash; whoever chose a password has their own.
        shared = (
            User.objects.values("password").annotate(n=Count("pk")).filter(n__gt=1).order_by("-n").first()
        )
        if not shared or check_password(password, shared["password"]):
            self.stdout.write("Nothing to change.")
            return
        changed = User.objects.filter(password=shared["password"]).update(password=make_password(password))
        self.stdout.write(f"{changed} accounts have the new password.")
