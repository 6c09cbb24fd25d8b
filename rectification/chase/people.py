"""Who is to be told about a thing on a day: the holder of the post, the deputy, the office in their stead."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.models import Office, Post
from accounts.roles import Role
from rectification.models.chase import ChaseClaim, Recipient

Via = ChaseClaim.Via
TITLES = {
    Recipient.RESPONSIBLE: "承办人",
    Recipient.ASKER: "交办人",
    Recipient.OFFICER: "乡镇（街道）消防专干",
    Recipient.INSPECTOR: "承办监督员",
    Recipient.TOWNSHIP_HEAD: "乡镇长",
    Recipient.OFFICE: "消防安全委员会办公室",
    Recipient.SUPERVISOR: "挂牌督办单位",
    Recipient.DEPARTMENT: "受移送部门",
    Recipient.LEADER: "县领导",
}
CODE_LENGTHS = (6, 4, 2)
LEVEL_LENGTH = {"province": 2, "city": 4, "county": 6}


@dataclass(frozen=True)
class Place:
    """What decides who is told about one thing."""

    township: str
    inspector_id: int | None = None
    person_id: int | None = None
    asker_id: int | None = None
    level: str = ""
    department: str = ""


@dataclass(frozen=True)
class Addressee:
    """One person who is told, in which capacity: by a post of their own, as its deputy, or in its stead."""

    user_id: int
    kind: str
    via: str = Via.POST
    post_id: int | None = None
    holder: str = ""
    """Of a post that the person stands in for: whose it is."""

    @property
    def why(self) -> str:
        """The sentence in the letter that says why this person gets it."""
        return why(self.kind, self.via, self.holder)


def why(kind: str, via: str, holder: str = "") -> str:
    """Why a person told as `kind` gets the letter; `holder` is the person stood in for."""
    title = TITLES.get(kind, "收件岗位")
    if via == Via.DEPUTY:
        return f"您代{holder}履行{title}职责，故送达本件。"
    if via == Via.OFFICE:
        return f"{title}空缺或者不在岗，由消防安全委员会办公室代收。"
    return f"您是{title}，故送达本件。"


class Directory:
    """The posts in force on a day, read once for a run.

    A person on leave is not told: the deputy is. Where a post is vacant, or its holder has left without a
    deputy, the nearest fire-safety committee office above the place is told in its stead; where there is none
    either, nobody is, and the caller must say so.
    """

    def __init__(self, on: date):
        self.on = on
        self._posts: dict[tuple[str, str], list[Post]] = defaultdict(list)
        self._departments: dict[str, list[Post]] = defaultdict(list)
        self._persons: dict[int, list[Post]] = {}
        current = Post.objects.current(on).select_related("user", "deputy", "office").order_by("pk")
        for post in current.filter(role__in=(Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICE, Role.LEADER)):
            self._posts[post.role, post.region_id].append(post)
        for post in current.filter(office__kind=Office.Kind.DEPARTMENT):
            self._departments[post.office.name].append(post)

    def told(self, kind: str, place: Place | str, inspector_id: int | None = None) -> tuple[Addressee, ...]:
        """The people told as `kind`; empty where there is nobody at all. A township alone is a place too."""
        if isinstance(place, str):
            place = Place(place, inspector_id)
        found = self._holders(kind, place)
        return found or self._office_in_stead(kind, place.township)

    def _holders(self, kind: str, place: Place) -> tuple[Addressee, ...]:
        match kind:
            case Recipient.RESPONSIBLE:
                return self._person(place.person_id or place.inspector_id, kind)
            case Recipient.ASKER:
                return self._person(place.asker_id, kind)
            case Recipient.INSPECTOR:
                return self._person(place.inspector_id, kind, role=Role.INSPECTOR)
            case Recipient.LEADER:
                return self._served(self._posts[Role.LEADER, place.township[:6]], kind)
            case Recipient.OFFICE:
                return self._nearest_office(place.township, kind)
            case Recipient.SUPERVISOR:
                return self._nearest_office(place.township[: LEVEL_LENGTH.get(place.level, 6)], kind)
            case Recipient.DEPARTMENT:
                posts = self._departments[place.department]
                return self._served([p for p in posts if place.township.startswith(p.region_id)], kind)
            case Recipient.TOWNSHIP_HEAD:
                heads = [post for post in self._posts[Role.TOWNSHIP_OFFICER, place.township] if post.is_head]
                return self._served(heads, kind)
            case Recipient.OFFICER:
                posts = self._posts[Role.TOWNSHIP_OFFICER, place.township]
                officers = self._served([post for post in posts if not post.is_head], kind)
                # A township whose head does the work alone.
                return officers or self._served(posts, kind)
        # A role that came into the table past the form (chase.sound): the office is told in its stead.
        return ()

    def _nearest_office(self, code: str, kind: str) -> tuple[Addressee, ...]:
        for region in dict.fromkeys((code, *(code[:length] for length in CODE_LENGTHS))):
            if found := self._served(self._posts[Role.COUNTY_OFFICE, region], kind):
                return found
        return ()

    def _office_in_stead(self, kind: str, township: str) -> tuple[Addressee, ...]:
        found = self._nearest_office(township, kind)
        return tuple(Addressee(one.user_id, kind, Via.OFFICE, one.post_id) for one in found)

    def _served(self, posts: Iterable[Post], kind: str) -> tuple[Addressee, ...]:
        """Who serves in the posts today, each person once."""
        found = {}
        for post in posts:
            for person in self._serving(post, kind):
                found.setdefault(person.user_id, person)
        return tuple(found.values())

    def _serving(self, post: Post, kind: str) -> Iterable[Addressee]:
        if post.has_deputy(self.on) and post.deputy.is_active:
            yield Addressee(post.deputy_id, kind, Via.DEPUTY, post.pk, post.user.name)
        elif post.user.is_active:
            yield Addressee(post.user_id, kind, Via.POST, post.pk)

    # --- people by name -----------------------------------------------------------------------------
    def _person(self, user_id: int | None, kind: str, role: str | None = None) -> tuple[Addressee, ...]:
        """A person named by the thing itself, as far as they serve today; through the deputy while on leave."""
        if user_id is None:
            return ()
        self.read([user_id])
        posts = [post for post in self._persons[user_id] if role is None or post.role == role]
        return self._served(posts, kind)[:1]

    def read(self, user_ids: Iterable[int | None]) -> None:
        """Look up many at once, so that `told` asks the database no more."""
        wanted = {user_id for user_id in user_ids if user_id is not None} - self._persons.keys()
        if not wanted:
            return
        held = Post.objects.current(self.on).filter(user_id__in=wanted)
        found = defaultdict(list)
        for post in held.select_related("user", "deputy").order_by("pk"):
            found[post.user_id].append(post)
        for user_id in wanted:
            self._persons[user_id] = found[user_id]
