"""The verdict on a combined-use site as sentences in the language of the reader."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from reference.models import CombinedUseLimit
from units import combined_use
from units.combined_use import Measure, Reason, Verdict
from units.models import LodgingSurvey, Unit

TONES = {
    combined_use.FORBIDDEN: "danger",
    combined_use.FULL_SEPARATION: "danger",
    combined_use.SEPARATION_OR_SPRINKLER: "warning",
    combined_use.SMALL_SITE: "warning",
    combined_use.NO_LODGING: "muted",
}


def comma(words) -> str:
    return ("、" if (get_language() or "zh").startswith("zh") else ", ").join(str(word) for word in words)


def tier_words(tier: str) -> str:
    return {
        combined_use.FORBIDDEN: _("Nobody may lodge here (XF 703, 4.1)."),
        combined_use.FULL_SEPARATION: _(
            "Complete separation and separate evacuation; where that is hard, nobody may lodge (XF 703, 4.2)."
        ),
        combined_use.SEPARATION_OR_SPRINKLER: _(
            "Complete separation first; where that is hard, alarm, separation or sprinkler, and a second "
            "way out (XF 703, 4.3)."
        ),
        combined_use.SMALL_SITE: _("Small site: smoke alarms at the least (XF 703, 4.7)."),
        combined_use.NO_LODGING: _("Nobody sleeps here: XF 703 does not apply."),
    }[tier]


def fact_name(name: str) -> str:
    """A fact by its name in the register or on the survey."""
    names = {"area": "floor_area"}
    model = LodgingSurvey if name in ("use_class", "building", "underground", "too_hard") else Unit
    return str(model._meta.get_field(names.get(name, name)).verbose_name)


def headline(verdict: Verdict) -> str:
    """The verdict in one or two sentences."""
    if verdict.tier:
        return tier_words(verdict.tier)
    return _("Not known: %(facts)s. Certain so far: %(tier)s") % {
        "facts": comma(fact_name(name) for name in verdict.missing),
        "tier": tier_words(verdict.at_least),
    }


def reason_words(reason: Reason, limits: dict[str, CombinedUseLimit]) -> str:
    """The condition of the clause, and the fact of this site."""
    condition = {
        "use_class": _("Production, storage or trade of class A or B"),
        "building": _("A factory or warehouse building"),
        "underground": _("Underground or half underground"),
        "too_hard": _("Neither separation nor sprinkler is possible"),
    }.get(reason.code) or limits[reason.code].label
    if reason.limit is None or reason.fact is None:
        return condition
    return _("%(condition)s (here: %(fact)s)") % {"condition": condition, "fact": fact_words(reason)}


def fact_words(reason: Reason) -> str:
    unit = "m" if reason.code == "height_over" else "m²" if "area" in reason.code else ""
    value = Decimal(reason.fact)
    whole = value == value.to_integral_value()
    return f"{number_format(int(value) if whole else value.normalize())} {unit}".strip()


def measure_words(code: str) -> str:
    return {
        "move_out": _("Nobody lodges on the site any longer"),
        "full_separation": _("Wall without openings and floor of 1.50 h or more, complete separation"),
        "separate_evacuation": _("Separate evacuation for lodging and for the rest"),
        "alarm": _("Alarm system or stand-alone smoke alarms"),
        "separation_or_sprinkler": _(
            "Fire separation (wall 2 h, floor 1.5 h, class B door), else sprinkler or local sprinkler"
        ),
        "separate_or_auxiliary_evacuation": _("Separate evacuation, else a separate auxiliary evacuation"),
        "ground_floor": _("Lodging on the ground floor with an exit of its own"),
        "doors_open_outwards": _("Doors that open outwards and easily from inside"),
        "extinguishers": _("Extinguishers"),
        "emergency_lights": _("Emergency lights"),
        "exits_wide_enough": _("Exits wide enough"),
        "stair_to_roof": _("A stair to the roof"),
    }[code]


def state_words(held: bool | None) -> str:
    return {True: pgettext("fact", "yes"), False: pgettext("fact", "no"), None: _("not known")}[held]


def met_words(measure: Measure) -> str:
    if measure.advice:
        return _("preferably")
    return {True: _("there"), False: _("missing"), None: _("to be checked")}[measure.met]


def panel(verdict: Verdict, limits: dict[str, CombinedUseLimit]) -> dict:
    """What the dossier shows: the headline, each condition, each measure."""
    return {
        "tone": TONES[verdict.at_least],
        "words": headline(verdict),
        "complies": verdict.complies,
        "reasons": [
            {"clause": one.clause, "words": reason_words(one, limits), "state": state_words(one.holds),
             "holds": one.holds}
            for one in verdict.reasons
        ],
        "measures": [
            {"clause": one.clause, "words": measure_words(one.code), "state": met_words(one), "met": one.met,
             "advice": one.advice}
            for one in verdict.measures
        ],
    }  # fmt: skip


def to_do_words(verdict: Verdict) -> str:
    """What must be done before work resumes, for the text of a suspension; "" where nothing is asked."""
    return comma(measure_words(one.code) for one in verdict.to_do)
