"""Imports a unit ledger: shows what would happen, and writes it with --commit. Exit 1 where rows are faulty."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.days import today
from common.errors import RuleBroken
from common.files import accept_workbook
from units.headings import label_of
from units.models import ImportBatch, ImportRow
from units.services import imports
from units.workbook import read

Verdict = ImportRow.Verdict


class Command(BaseCommand):
    help = "Import a unit ledger (.xlsx, .xls, .et). Without --commit nothing is written."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--commit", action="store_true", help="write the good rows to the register")
        parser.add_argument(
            "--by", metavar="USER", help="import as this person, inside that person's area only"
        )

    def handle(self, *, file, commit, by, **options):
        user = self._person(by) if by else None
        try:
            with file.open("rb") as stream:
                sent = accept_workbook(stream)
            table = read(sent.data, sent.name)
            with transaction.atomic():
                batch = imports.stage(table, by=user, on=today())
                if commit:
                    imports.commit(batch, by=user, on=today())
                bad = self._tell(batch, table, commit)
                if not commit:
                    transaction.set_rollback(True)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        if bad:
            raise SystemExit(1)

    @staticmethod
    def _person(username: str) -> User:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(_("There is no account “%(name)s”.") % {"name": username})
        return user

    def _tell(self, batch: ImportBatch, table, commit: bool) -> int:
        """Prints what was read and what becomes of it; returns the number of faulty rows."""
        say = self.stdout.write
        read_as = _("%(file)s · %(sheet)s · headings in line %(line)s · %(rows)s rows")
        words = {
            "file": table.filename,
            "sheet": table.sheet,
            "line": table.header_line,
            "rows": len(table.rows),
        }
        say(read_as % words)
        if unknown := [column["heading"] for column in table.columns if not column["field"]]:
            say(f"{_('Columns that we do not understand; they are left out:')} {', '.join(unknown)}")
        for row in table.ignored:
            say(_("Line %(line)s left out: %(text)s") % row)
        counts = {str(verdict): batch.rows.filter(verdict=verdict).count() for verdict in Verdict}
        say(" ".join(f"{verdict.label} {verdict.value}={counts[verdict]}" for verdict in Verdict))
        faulty = batch.rows.filter(verdict=Verdict.BAD).order_by("line")
        if counts[Verdict.BAD]:
            say(" | ".join((_("Line"), _("Column"), _("What is wrong"))))
        for row in faulty:
            for error in row.errors:
                say(f"{row.line} | {label_of(error['field'])} | {error['message']}")
        say(
            _("Written to the register.")
            if commit
            else _("Nothing was written. Add --commit to write the good rows.")
        )
        return counts[Verdict.BAD]
