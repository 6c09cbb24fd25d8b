"""`manage.py try_gateway 3 --phone 13800000000`: sends a test letter and says in words what came of it."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common import days
from notifications import services
from notifications.models import Gateway


class Command(BaseCommand):
    help = "Send a test letter through a gateway; exits 1 where it is not taken."

    def add_arguments(self, parser):
        parser.add_argument(
            "gateway", type=int, help="number of the gateway, as in its address in the code tables"
        )
        parser.add_argument("--phone", default="", help="whom an SMS gateway is to tell")
        parser.add_argument("--name", default="", help="the person's name")

    def handle(self, *args, gateway, phone, name, **options):
        found = Gateway.objects.filter(pk=gateway).first()
        if found is None:
            known = "、".join(f"{one.pk} {one}" for one in Gateway.objects.all()) or _("none")
            raise CommandError(
                _("There is no gateway %(pk)s. There are: %(known)s.") % {"pk": gateway, "known": known}
            )
        taken, words = services.try_gateway(found, phone=phone, name=name, now=days.now())
        if not taken:
            raise CommandError(words)
        self.stdout.write(words)
