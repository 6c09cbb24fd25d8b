"""The tags that every page speaks with: icons, badges, deadline chips, rates, dates, people, form fields.

Builtins of the template engine: no `{% load %}` needed. State is never colour alone: each badge is tone + icon + word.
"""

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from django import forms, template
from django.forms.models import ModelChoiceIterator
from django.http import QueryDict
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

TONES = ("danger", "warning", "info", "success", "muted", "listed")

# value: (tone, icon, word). Words are used only where the object has none of its own.
STATES = {
    # a case
    "registered": ("info", "clipboard", _("Registered")),
    "ordered": ("info", "tool", _("Under rectification")),
    "submitted": ("info", "hourglass", _("Awaiting review")),
    "closed": ("success", "ok", _("Closed")),
    "transferred": ("muted", "transfer", _("Transferred")),
    "suspended": ("muted", "pause", _("Suspended")),
    "void": ("muted", "ban", _("Void")),
    # a request or a paper
    "pending": ("warning", "hourglass", _("Awaiting decision")),
    "draft": ("muted", "dashed", _("Draft")),
    "granted": ("success", "ok", _("Granted")),
    "refused": ("muted", "fail", _("Refused")),
    "withdrawn": ("muted", "undo", _("Withdrawn")),
    "passed": ("success", "ok", _("Passed")),
    "failed": ("danger", "fail", _("Failed")),
    # a measure on a unit
    "proposed": ("warning", "barrier", _("Suspension proposed")),
    "in_force": ("danger", "barrier", _("Suspended from business")),
    "lifted": ("success", "unlock", _("Resumed")),
    # a visit
    "in_progress": ("info", "loader", _("In progress")),
    "completed": ("success", "ok", _("Completed")),
    # an answer on a checklist
    "ok": ("success", "ok", _("Compliant")),
    "fail": ("danger", "fail", _("Not compliant")),
    "na": ("muted", "na", _("Not applicable")),
}
GRADES = {
    "general": ("muted", "circle", _("General hazard")),
    "serious": ("warning", "alert-circle", _("Serious hazard")),
    "major": ("danger", "urgent", _("Major hazard")),
}
LEVELS = {
    "province": _("Listed by the province"),
    "city": _("Listed by the city"),
    "county": _("Listed by the county"),
}


# --- icons and badges ----------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """`{% icon "alert" %}`: a picture from the sprite. With `label` it is read aloud, without it is decoration."""
    return _icon(name, str(label), css)


@lru_cache(maxsize=1024)
def _icon(name: str, label: str, css: str) -> SafeString:
    # A page draws some fifty of them, always the same ones.
    extra = f" {css}" if css else ""
    at = static("vendor/icons.svg")
    if label:
        drawing = '<svg class="icon{}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>'
        return format_html(drawing, extra, label, at, name)
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>', extra, at, name
    )


@register.simple_tag
def badge(label, tone: str = "muted", icon_name: str = "", title: str = "") -> SafeString:
    """`{% badge word tone="info" icon_name="clock" %}`: any state that has no tag of its own."""
    return format_html(
        '<span class="badge-state" data-tone="{}"{}>{}<span>{}</span></span>',
        tone if tone in TONES else "muted",
        format_html(' title="{}"', title) if title else "",
        icon(icon_name) if icon_name else "",
        label,
    )


@register.simple_tag
def state_badge(thing, attribute: str = "state") -> SafeString:
    """`{% state_badge case %}` or `{% state_badge "ordered" %}`: the state as tone, icon and word."""
    return _named_badge(thing, attribute, STATES)


@register.simple_tag
def grade_badge(thing, attribute: str = "grade") -> SafeString:
    """`{% grade_badge case %}` or `{% grade_badge "major" %}`."""
    return _named_badge(thing, attribute, GRADES)


def _named_badge(thing, attribute: str, table: dict) -> SafeString:
    value = thing if isinstance(thing, str) else getattr(thing, attribute, "") or ""
    tone, icon_name, word = table.get(str(value), ("muted", "circle", str(value)))
    if display := getattr(thing, f"get_{attribute}_display", None):
        word = display()
    elif label := getattr(value, "label", None):
        word = label
    return badge(word, tone, icon_name) if value else mark_safe("")


@register.simple_tag
def listed_ribbon(levels) -> SafeString:
    """`{% listed_ribbon case.listed %}`: one level ("county"), or several. Nothing where there is none."""
    if not levels or levels == "none":
        return mark_safe("")
    chosen = [levels] if isinstance(levels, str) else list(levels)
    words = " · ".join(str(LEVELS.get(str(level), level)) for level in chosen)
    return format_html(
        '<span class="listed-ribbon" data-tone="listed">{}<span>{}</span></span>', icon("flag"), words
    )


@register.filter
def tone(value) -> str:
    """The tone of a state, grade or due date: `<tr data-tone="{{ case.state|tone }}">`."""
    for table in (STATES, GRADES):
        if str(value) in table:
            return table[str(value)][0]
    return str(value) if str(value) in TONES else "muted"


# --- days ------------------------------------------------------------------------------------------

WEEKDAYS_ZH = "一二三四五六日"
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day_words(day: datetime.date, today: datetime.date | None = None, weekday: bool = True) -> str:
    """4月1日 周三; with the year where it is not this year's. Wed 1 Apr 2025 in English."""
    today = today or timezone.localdate()
    if (get_language() or "").startswith("zh"):
        year = "" if day.year == today.year else f"{day.year}年"
        return f"{year}{day.month}月{day.day}日" + (f" 周{WEEKDAYS_ZH[day.weekday()]}" if weekday else "")
    year = "" if day.year == today.year else f" {day.year}"
    front = f"{WEEKDAYS_EN[day.weekday()]} " if weekday else ""
    return f"{front}{day.day} {MONTHS_EN[day.month - 1]}{year}"


def _local(value):
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def cn_date(value, form: str = "") -> SafeString:
    """`{{ day|cn_date }}` 4月1日 周三; `:"short"` 4月1日; `:"time"` 4月1日 周三 14:05. None gives "—"."""
    value = _local(value)
    if not value:
        return mark_safe("—")
    day = value.date() if isinstance(value, datetime.datetime) else value
    words = day_words(day, weekday=form != "short")
    if form == "time" and isinstance(value, datetime.datetime):
        words = f"{words} {value:%H:%M}"
    return format_html('<time datetime="{}" class="date">{}</time>', value.isoformat(), words)


@register.filter
def ago(value) -> SafeString:
    """刚刚, 5 分钟前, 3 小时前, 昨天 14:05, else the date and time; the full instant stands in the title."""
    value = _local(value)
    if not value:
        return mark_safe("—")
    if not isinstance(value, datetime.datetime):
        return cn_date(value)
    now = timezone.localtime()
    seconds = (now - value).total_seconds()
    if 0 <= seconds < 60:
        words = gettext("just now")
    elif 0 <= seconds < 3600:
        n = int(seconds // 60)
        words = ngettext("%(n)s minute ago", "%(n)s minutes ago", n) % {"n": n}
    elif seconds >= 0 and value.date() == now.date():
        n = int(seconds // 3600)
        words = ngettext("%(n)s hour ago", "%(n)s hours ago", n) % {"n": n}
    elif value.date() == now.date() - datetime.timedelta(days=1):
        words = gettext("yesterday %(time)s") % {"time": f"{value:%H:%M}"}
    else:
        words = f"{day_words(value.date(), now.date(), weekday=False)} {value:%H:%M}"
    return format_html(
        '<time datetime="{}" title="{}" class="date">{}</time>',
        value.isoformat(),
        f"{value:%Y-%m-%d %H:%M}",
        words,
    )


class Due:
    """What a deadline says on one day: tone, icon and words. Overdue starts the day after the date."""

    def __init__(self, due_on, today: datetime.date, live: bool = True, soon_on: datetime.date | None = None):
        self.due_on, self.today, self.live = due_on, today, live
        soon_on = soon_on or _third_working_day(today)
        if not due_on:
            self.tone, self.icon, self.words = "muted", "calendar-off", gettext("No deadline")
            return
        days = (due_on - today).days
        self.days = days
        if not live:
            self.tone, self.icon, self.words = "muted", "calendar", gettext("Was due")
        elif days < 0:
            self.tone, self.icon = "danger", "alarm"
            self.words = ngettext("%(n)s day overdue", "%(n)s days overdue", -days) % {"n": -days}
        elif days == 0:
            self.tone, self.icon, self.words = "warning", "alarm", gettext("Due today")
        else:
            self.tone, self.icon = ("warning" if due_on <= soon_on else "info"), "clock"
            self.words = ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}


def _third_working_day(today: datetime.date) -> datetime.date:
    """The day up to which a deadline counts as near: three working days ahead, weekends skipped.

    Only the colour hangs on it, so holidays are left to callers, who may pass `soon_on`.
    """
    day, left = today, 3
    while left:
        day += datetime.timedelta(days=1)
        left -= day.weekday() < 5
    return day


@register.simple_tag(takes_context=True)
def due_chip(context, due_on, why: str = "", live: bool = True, soon_on=None) -> SafeString:
    """`{% due_chip case.due_on why=explanation live=case.is_live %}`: 还剩 3 天 · 4月1日 周三 with tone, icon and word.

    `why` ("送达次日起 3 个工作日……") opens on press. `live=False` for a closed case: the date without alarm.
    """
    today = context.get("today") or timezone.localdate()
    if isinstance(due_on, datetime.datetime):
        due_on = _local(due_on).date()
    due = Due(due_on, today + datetime.timedelta(0), live, soon_on)
    date = (
        format_html(
            '<time class="due-day" datetime="{}">{}</time>', due_on.isoformat(), day_words(due_on, today)
        )
        if due_on
        else ""
    )
    face = format_html('{}<span class="due-words">{}</span>{}', icon(due.icon), due.words, date)
    if not why:
        return format_html('<span class="due" data-tone="{}">{}</span>', due.tone, face)
    return format_html(
        '<details class="due pop" data-tone="{}"><summary>{}</summary><div class="pop-body">{}</div></details>',
        due.tone,
        face,
        why,
    )


# --- numbers -----------------------------------------------------------------------------------------


def percent(value, places: int = 1) -> str:
    """0.6154 -> "61.5 %"; None -> "—" (0 of 0 is nothing, not 100 %)."""
    if value is None or value == "":
        return "—"
    try:
        share = Decimal(str(value)) * 100
    except InvalidOperation:
        return "—"
    return f"{share.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)} %"


register.filter("percent", lambda value: percent(value))


@register.simple_tag
def rate(
    value, part=None, whole=None, formula: str = "", bar: bool = True, href: str = "", tone: str = "info"
) -> SafeString:
    """`{% rate figures.rate part=8 whole=13 formula=definition href=url %}`: 61.5 %, 8/13, a bar, the formula.

    `value` is a share from 0 to 1; leave it None with `part` and `whole` given and it is worked out. 0/0 shows "—".
    """
    if value in (None, "") and part is not None and whole:
        value = Decimal(part) / Decimal(whole)
    number = percent(value)
    strong = format_html('<strong class="rate-number">{}</strong>', number)
    if href:
        strong = format_html('<a class="rate-number" href="{}">{}</a>', href, number)
    drawn = ""
    if bar and number != "—":
        width = max(0.0, min(100.0, float(Decimal(str(value)) * 100)))
        drawn = format_html(
            '<svg class="rate-bar" data-tone="{}" aria-hidden="true" preserveAspectRatio="none">'
            '<rect width="100%" height="100%" class="rate-track"/>'
            '<rect width="{}%" height="100%" class="rate-fill"/></svg>',
            tone if tone in TONES else "info",
            f"{width:.1f}",
        )
    of = format_html('<span class="rate-of">{}/{}</span>', part, whole) if whole is not None else ""
    note = (
        format_html(
            '<details class="rate-formula pop"><summary>{}</summary><div class="pop-body">{}</div></details>',
            icon("info", gettext("How it is worked out")),
            formula,
        )
        if formula
        else ""
    )
    return format_html('<span class="rate">{}{}{}{}</span>', strong, of, note, drawn)


@register.filter
def big(value) -> str:
    """12,345 with thin grouping; None gives "—"."""
    return "—" if value is None or value == "" else f"{int(value):,}"


# --- people ------------------------------------------------------------------------------------------


@register.filter
def mask_phone(value) -> str:
    """138****1234; shorter numbers keep their last two digits. Empty stays empty."""
    digits = re.sub(r"\D", "", str(value or ""))
    if not digits:
        return ""
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return "*" * max(len(digits) - 2, 0) + digits[-2:]


@register.inclusion_tag("components/person.html", takes_context=True)
def person(context, name, phone="", role="", reveal_url="", clear=False):
    """`{% person unit.owner_name phone=unit.owner_phone role=_("Owner") reveal_url=url clear=may_see %}`.

    The number is masked unless `clear`. With `reveal_url` a press asks for a reason and POSTs it there; the
    answer replaces the chip (render this tag again with `clear=True`).
    """
    return {
        "name": name,
        "phone": phone if clear else mask_phone(phone),
        "call": re.sub(r"[^\d+]", "", str(phone)) if clear and phone else "",
        "role": role,
        "reveal_url": "" if clear else reveal_url,
        "csrf_token": context.get("csrf_token"),
    }


# --- addresses --------------------------------------------------------------------------------------------


def _query(context) -> QueryDict:
    request = context.get("request")
    return request.GET.copy() if request else QueryDict(mutable=True)


@register.simple_tag(takes_context=True)
def query_with(context, **changes) -> str:
    """`<a href="{% query_with page=2 %}">`: the present query string with these changed; None removes one."""
    query = _query(context)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def query_without(context, *names) -> str:
    """`<a href="{% query_without "state" "page" %}">`: the present query string without these."""
    query = _query(context)
    for name in names:
        query.pop(name, None)
    return "?" + query.urlencode()


# --- forms ----------------------------------------------------------------------------------------------------


def dress(bound) -> str:
    """Give the widget of a bound field its class and native picker; return its kind for the field template."""
    widget = bound.field.widget
    attrs = {}
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        kind, css = "check", "form-check-input"
    elif isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        # Django gives the same class to the box around the choices, so theirs comes from the style sheet.
        kind, css = "choices", "choice-set"
    elif isinstance(widget, forms.Select):
        kind, css = "select", "form-select"
        name_blank(bound, gettext("Please choose"))
    elif isinstance(widget, forms.ClearableFileInput | forms.FileInput):
        kind, css = "file", "form-control"
    elif isinstance(widget, forms.Textarea):
        kind, css = "textarea", "form-control"
        if widget.attrs.get("rows") in (None, "10"):
            attrs["rows"] = 3
    else:
        kind, css = "input", "form-control"
        # The phone's own picker wants ISO dates, whatever the language writes.
        if isinstance(widget, forms.DateTimeInput) and widget.input_type == "text":
            widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
        elif isinstance(widget, forms.DateInput) and widget.input_type == "text":
            widget.input_type, widget.format = "date", "%Y-%m-%d"
        elif isinstance(widget, forms.TimeInput) and widget.input_type == "text":
            widget.input_type, widget.format = "time", "%H:%M"
    known = widget.attrs.get("class", "")
    if css not in known.split():
        attrs["class"] = f"{known} {css}".strip()
    if bound.errors and "is-invalid" not in known:
        attrs["class"] = f"{attrs.get('class', known)} is-invalid"
    widget.attrs.update(attrs)
    return kind


BLANK = "---------"


def name_blank(bound, words: str) -> None:
    """Let the empty choice of a select say what it means instead of showing nine hyphens."""
    widget = bound.field.widget
    if isinstance(widget.choices, ModelChoiceIterator):
        # Rows of the database: asked for once, when the control is drawn.
        if bound.field.empty_label == BLANK:
            bound.field.empty_label = words
        return
    choices = list(widget.choices)
    if choices and str(choices[0][1]) == BLANK:
        widget.choices = [(choices[0][0], words), *choices[1:]]


@register.simple_tag
def folded_fields(form, search: str, first: str = "") -> list:
    """The fields of a filter bar behind its button: neither the text field nor those that `first` names."""
    shown = {search, *(first or "").split()}
    return [bound for bound in form.visible_fields() if bound.name not in shown]


@register.simple_tag
def filter_field(bound) -> SafeString:
    """A field of the filter bar: its label is the words of the empty choice."""
    widget = bound.field.widget
    if isinstance(widget, forms.Select):
        name_blank(bound, bound.label)
        if not isinstance(widget.choices, ModelChoiceIterator) and widget.choices[:1] == [("", _("All"))]:
            widget.choices = [("", bound.label), *widget.choices[1:]]
    return field(bound)


@register.simple_tag
def field(bound, label: str = "", help: str = "", suffix: str = "", css: str = "") -> SafeString:
    """`{% field form.name %}`: label, control, help and errors of one form field, tied together for screen readers.

    `label` and `help` replace the form's own words; `suffix` is a unit after the control (㎡, 天).
    """
    kind = dress(bound)
    if kind == "hidden":
        return bound.as_widget()
    return mark_safe(
        get_template("components/field.html").render(
            {
                "field": bound,
                "kind": kind,
                "label": label or bound.label,
                "help": help or bound.help_text,
                "suffix": suffix,
                "css": css,
                "optional": is_optional(bound),
            }
        )
    )


def is_optional(bound) -> bool:
    """Whether to say so: not of what is filled in already, nor of what a form needs wherever its page shows it."""
    needed = getattr(bound.form, "needed", ())
    return not (bound.field.required or bound.initial or bound.name in needed)


@register.filter
def kind_of(bound) -> str:
    """Dress the widget and say its kind; for the field template of the form renderer."""
    return dress(bound)


@register.filter
def get(mapping, key):
    """`{{ mapping|get:key }}`: an entry by a variable key, "" where there is none."""
    try:
        return mapping.get(key, "")
    except AttributeError:
        try:
            return mapping[key]
        except (KeyError, IndexError, TypeError):
            return ""


@register.filter
def highlight(text, words) -> SafeString:
    """Mark the searched words in a text."""
    escaped = conditional_escape(str(text or ""))
    for word in {word for word in str(words or "").split() if word}:
        escaped = re.sub(
            f"({re.escape(str(conditional_escape(word)))})", r"<mark>\1</mark>", escaped, flags=re.IGNORECASE
        )
    return mark_safe(escaped)
