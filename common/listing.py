"""Long lists that stay fast: capped pages, capped counts, orderings by name, filters as removable chips."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _

SIZES = (20, 50, 100)
CAP = 10_000
"""Beyond this many rows nobody pages by hand; counting and skipping further would cost more than it tells."""


def capped_counts(
    *, cap: int = CAP, caps: Mapping[str, int] | None = None, **querysets: QuerySet
) -> dict[str, int]:
    """How many rows each queryset has, in one statement; `cap` + 1 stands for "more than that".

    `caps` gives some of them a cap of their own.

    A count without a cap reads everything it counts; this one reads at most `cap` + 1 rows for each number.
    """
    parts, values, counts = [], [], dict.fromkeys(querysets, 0)
    for name, queryset in querysets.items():
        # Of the rows nothing is wanted, so that an index alone may answer.
        rows = queryset.order_by().annotate(_row=Value(1)).values("_row")[: (caps or {}).get(name, cap) + 1]
        try:
            statement, given = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append((name, f"(SELECT count(*) FROM ({statement}) AS counted)"))
        values += given
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(part for _name, part in parts)}", values)
            counts |= dict(zip((name for name, _part in parts), cursor.fetchone(), strict=True))
    return counts


def count_words(count: int, cap: int = CAP) -> str:
    """ "1,234", or "10,000+" where counting stopped."""
    return f"{cap:,}+" if count > cap else f"{count:,}"


def tabs_of(
    url: str,
    labels: Mapping[str, str],
    counts: Mapping[str, int],
    current: str,
    *,
    tones: Mapping[str, str] | None = None,
    more: str = "",
) -> list[dict]:
    """The tabs of a worklist, in the order of `labels`, those that `counts` knows; `more` ends each address."""
    return [
        {
            "label": label,
            "href": f"{url}?tab={name}{more}",
            "current": name == current,
            "count": count_words(counts[name]) if counts[name] else 0,
            "tone": (tones or {}).get(name, ""),
        }
        for name, label in labels.items()
        if name in counts
    ]


def key_in(text: str) -> int | None:
    """The key that an address names, None where it names none; no key has more than twelve digits."""
    return int(text[:12]) if text.isascii() and text.isdigit() else None


@dataclass(frozen=True)
class Chip:
    """One active filter: its label, its value in words, and the address of the list without it."""

    label: str
    value: str
    without: str


class Listing:
    """One page of a queryset, as the query string asks for it.

    `orderings` maps a name in the query string to (label, fields); the first one is the default. Every ordering ends
    with the primary key, so that rows never change pages between two looks. Bad values of `page`, `size` and
    `ordering` fall back to the default: a list is never a reason for an error page. `keys_first` is for querysets that
    join a lot: later pages then cost one statement more and skip their rows without the joins.

        listing = Listing(request, cases, orderings={"worst": (_("Worst first"), ("due_on",))}, filterset=filterset)
    """

    def __init__(
        self,
        request,
        queryset: QuerySet,
        *,
        orderings: Mapping[str, tuple[str, tuple]] | None = None,
        filterset=None,
        sizes: tuple[int, ...] = SIZES,
        cap: int = CAP,
        hidden: tuple[str, ...] = (),
        keys_first: bool = False,
    ):
        self.request, self.queryset, self.filterset = request, queryset, filterset
        self.sizes, self.cap, self.hidden = sizes, cap, {*hidden, "page", "size", "ordering"}
        self._orderings = orderings or {}
        self._keys_first = keys_first

    # --- what was asked for

    @cached_property
    def size(self) -> int:
        wanted = _number(self.request.GET.get("size"), self.sizes[0])
        return wanted if wanted in self.sizes else self.sizes[0]

    @cached_property
    def number(self) -> int:
        last = -(-self.cap // self.size)
        return max(1, min(_number(self.request.GET.get("page"), 1), last))

    @cached_property
    def ordering(self) -> str:
        wanted = self.request.GET.get("ordering", "")
        return wanted if wanted in self._orderings else next(iter(self._orderings), "")

    @property
    def orderings(self) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _fields) in self._orderings.items()]

    # --- what is there

    @cached_property
    def ordered(self) -> QuerySet:
        if not self.ordering:
            return self.queryset
        return self.queryset.order_by(*self._orderings[self.ordering][1], "pk")

    @cached_property
    def _fetched(self) -> list:
        rows = self._page()
        if not rows and self.number > 1:
            # The last rows were worked off meanwhile: the page that is now the last, not an empty one.
            there = self.queryset.order_by()[: self.cap].count()
            self.number = max(1, -(-there // self.size))
            rows = self._page()
        return rows

    def _page(self) -> list:
        """The rows of the page asked for, and one more where there is a next."""
        at = (self.number - 1) * self.size
        page = slice(at, at + self.size + 1)
        if not self._keys_first or self.number == 1:
            return list(self.ordered[page])
        # Rows are skipped and sorted by their keys alone; what is joined to them is read for one page only.
        keys = list(self.ordered.values_list("pk", flat=True)[page])
        rows = self.queryset.order_by().filter(pk__in=keys).in_bulk()
        return [rows[key] for key in keys if key in rows]

    @property
    def rows(self) -> list:
        return self._fetched[: self.size]

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)

    @cached_property
    def count(self) -> int:
        """How many rows there are; `cap` + 1 stands for "more than that"."""
        short = len(self._fetched) <= self.size
        if short and (self.rows or self.number == 1):
            return (self.number - 1) * self.size + len(self.rows)
        return self.queryset.order_by()[: self.cap + 1].count()

    @property
    def capped(self) -> bool:
        return self.count > self.cap

    @property
    def count_text(self) -> str:
        """ "1,234", or "10,000+" where counting stopped."""
        return count_words(self.count, self.cap)

    @property
    def pages(self) -> int | None:
        return None if self.capped else max(1, -(-self.count // self.size))

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def end(self) -> int:
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def at_cap(self) -> bool:
        """More rows exist, but this is the last page that can be turned to."""
        return len(self._fetched) > self.size and self.number * self.size >= self.cap

    @property
    def has_next(self) -> bool:
        return len(self._fetched) > self.size and not self.at_cap

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def next(self) -> int:
        return self.number + 1

    @property
    def previous(self) -> int:
        return self.number - 1

    # --- what is filtered

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters in force, each with the address of the list without it."""
        if self.filterset is None:
            return []
        form = getattr(self.filterset, "form", self.filterset)
        cleaned = getattr(form, "cleaned_data", None) if form.is_valid() else None
        if not cleaned:
            return []
        return [
            Chip(str(form[name].label or name), shown, self._without(form, name))
            for name, value in cleaned.items()
            if name in form.fields and name not in self.hidden and (shown := _shown(form.fields[name], value))
        ]

    def _without(self, form, name: str) -> str:
        query = self.request.GET.copy()
        gone = {name, *(f"{name}{end}" for end in ("_min", "_max", "_after", "_before", "_0", "_1"))}
        for key in gone | {"page"}:
            query.pop(key, None)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    @property
    def filtered(self) -> bool:
        """Whether any filter is in force: an empty list then means "nothing matches", not "nothing there"."""
        return bool(self.chips)


def paginate(request, queryset, **options) -> Listing:
    """`Listing(request, queryset, ...)`, under the name that reads well in a view."""
    return Listing(request, queryset, **options)


def _number(raw, default: int) -> int:
    try:
        return int(raw)
    except (TypeError, ValueError):
        return default


def _shown(field, value) -> str:
    """The value of a filter as a person reads it; "" where nothing is filtered."""
    if value in (None, "", [], ()):
        return ""
    if isinstance(value, slice):
        ends = [_shown(field, end) for end in (value.start, value.stop)]
        return " – ".join(ends).strip() if any(ends) else ""
    if value is True:
        return _("Yes")
    if value is False:
        # A plain check box that is not ticked filters nothing.
        return "" if type(field).__name__ == "BooleanField" else _("No")
    if isinstance(value, QuerySet | list | tuple | set):
        return "、".join(filter(None, (_shown(field, one) for one in value)))
    if choices := getattr(field, "choices", None):
        if isinstance(getattr(field, "queryset", None), QuerySet):
            return str(getattr(value, "label", None) or value)
        flat = {}
        for key, label in choices:
            flat.update(
                {str(k): str(v) for k, v in label}
                if isinstance(label, list | tuple)
                else {str(key): str(label)}
            )
        return flat.get(str(value), str(value))
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d}"
    return str(value)
