"""`manage.py read_bounces`: what came back undelivered, from a mailbox or from a mail server that pipes mail to it."""

import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils.translation import gettext as _

from notifications import services
from notifications.gateways.mailbox import Closed
from notifications.reports import LARGEST

# sysexits.h: the mail server keeps the mail and hands it on again later.
TRY_AGAIN = 75
PIECE = 65536


class Command(BaseCommand):
    help = (
        "Read every new delivery report of the mailbox of BOUNCES_URL; without that setting, or with --stdin, one mail "
        "from standard input. Prints how many mails of each kind there were, and the Message-IDs that are none of ours."
    )

    def add_arguments(self, parser):
        parser.add_argument("--stdin", action="store_true", help="read one mail from standard input")

    def handle(self, *args, stdin=False, **options):
        if stdin or not settings.BOUNCES_URL:
            return self.read_one()
        try:
            self.say(services.read_mailbox())
        except Closed as error:
            raise CommandError(str(error)) from error

    def read_one(self):
        """One mail; what cannot be noted just now is left with the mail server."""
        if sys.stdin.isatty():
            raise CommandError(_("Set BOUNCES_URL, or hand one mail to standard input."))
        try:
            reading = services.read_report(whole(sys.stdin.buffer))
        except Error as error:
            raise CommandError(_("The database does not answer."), returncode=TRY_AGAIN) from error
        self.say(reading)
        if reading.counts["early"]:
            raise CommandError(_("The letter is not noted as sent yet; try again."), returncode=TRY_AGAIN)

    def say(self, reading):
        self.stdout.write(json.dumps(dict(reading.counts), ensure_ascii=False))
        for stranger in reading.strangers:
            self.stdout.write(_("None of our letters: %(id)s") % {"id": stranger})


def whole(stream) -> bytes:
    """What is piped to us, read to its end so that nobody writes into a closed pipe; kept up to what is looked at."""
    kept = stream.read(LARGEST + 1)
    while stream.read(PIECE):
        pass
    return kept
