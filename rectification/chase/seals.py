"""Letters about seals: before one runs out, and where an urgent one was not studied in time. Each is said once."""

from datetime import date, datetime, timedelta

from django.utils.timezone import localtime

from accounts.models import User
from common.days import end_of
from notifications.services import write_to
from rectification import limits
from rectification.chase.people import Directory
from rectification.models import Seal
from rectification.models.chase import Recipient

KIND = "seal"


def press(*, on: date, now: datetime) -> int:
    """Tell inspector and office of each seal that ends soon or should be off; how many there are. Safe to run twice."""
    directory = Directory(on)
    rows = Seal.objects.in_force().select_related("unit")
    until = end_of(on + timedelta(days=limits.expiry_warning_days(on)))
    ending = list(rows.ending(now, until))
    for seal in ending:
        last = localtime(seal.ends_at)
        tell(
            seal,
            directory,
            what="ends",
            on=on,
            subject=f"临时查封{last.month}月{last.day}日到期：{seal.unit.name}",
        )
    late = [seal for seal in rows.unstudied() if now > limits.urgent_study_by(seal.executed_at)]
    for seal in late:
        subject = f"紧急查封满24小时未集体研究，应当立即解除：{seal.unit.name}"
        tell(seal, directory, what="unstudied", on=on, subject=subject)
    return len(ending) + len(late)


def tell(seal: Seal, directory: Directory, *, what: str, on: date, subject: str) -> None:
    """The letter to whoever proposed the seal, or stands in, and to the office that decides about its end."""
    township = seal.unit.region_id[:9]
    told = {
        one.user_id
        for inspector in (seal.proposed_by_id, None)
        for one in directory.told(Recipient.INSPECTOR, township, inspector)
    }
    for person in User.objects.filter(pk__in=told).order_by("pk"):
        write_to(
            person,
            kind=KIND,
            subject=subject,
            body=f"{seal.unit.name}\n查封部位：{seal.part}",
            link=seal.get_absolute_url(),
            about=f"unit:{seal.unit_id}",
            key=f"seal:{seal.pk}:{what}:{person.pk}",
            on=on,
        )
