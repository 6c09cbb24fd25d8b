"""What the engine found, as sentences in the language of the reader and as JSON."""

from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hazards.grading import Count, Element, Limit, Malformed, Places, Proposal, Verdict
from reference.models import PlaceFlag


def listed(words) -> str:
    """Several things in a row, with the comma of the language."""
    return ("、" if (get_language() or "zh").startswith("zh") else ", ").join(str(word) for word in words)


def sentences(parts) -> str:
    """Sentences one after the other; Chinese has no space between them."""
    return ("" if (get_language() or "zh").startswith("zh") else " ").join(part for part in parts if part)


def percent(value: Decimal) -> str:
    """0.35 as 35%, with at most six decimals."""
    return f"{round(value * 100, 6).normalize():f}%"


def place_words(flags) -> str:
    return listed(PlaceFlag(flag).label for flag in PlaceFlag.values if flag in flags)


def places_words(places: Places) -> str:
    """Crowded place; or underground building that is a crowded place."""
    return _(" or ").join(_(" and ").join(str(PlaceFlag(f).label) for f in sorted(one)) for one in places)


def limit_words(limit: Limit) -> str:
    value = percent(limit.value)
    return {
        "<": _("less than %(limit)s"),
        "<=": _("at most %(limit)s"),
        ">": _("more than %(limit)s"),
        ">=": _("at least %(limit)s"),
    }[limit.op] % {"limit": value}


def element_limits(element: Element, limb: str = "") -> str:
    """When a clause with a number holds: more than 30% (high-rise or underground); more than 50%."""
    limits = [one for one in element.limits if one.limb == limb]
    parts = []
    for limit in limits:
        facts = {"limit": limit_words(limit), "places": places_words(limit.place)}
        if limit.place:
            parts.append(_("%(places)s: %(limit)s") % facts)
        elif len(limits) > 1:
            parts.append(_("other places: %(limit)s") % facts)
        else:
            parts.append(facts["limit"])
    if limb:
        parts.append(limb_words(limb))
    return listed(parts)


def limb_words(limb: str) -> str:
    """A limb of the shipped rules in words; those of a set loaded later show their own name."""
    return _("from open fire or sparks to flammable plant") if limb == "ignition" else limb


# --- one clause ----------------------------------------------------------------------------------------


def verdict_words(verdict: Verdict) -> str:
    """Why the clause fired or did not."""
    parts = [reason_words(verdict)]
    if verdict.limit is not None and verdict.limit.place:
        parts.append(_("This limit is for: %(places)s.") % {"places": places_words(verdict.limit.place)})
    if verdict.by_word:
        parts.append(
            _("The kind of place is not stated; the clause is for: %(places)s. Whoever cites it says so.")
            % {"places": places_words(verdict.element.applies_to)}
        )
    if verdict.times > 1:
        parts.append(_("Found %(times)d times; a clause counts once.") % {"times": verdict.times})
    return sentences(parts)


def reason_words(verdict: Verdict) -> str:
    element = verdict.element
    facts = {}
    if verdict.value is not None:
        facts["value"] = percent(verdict.value)
    if verdict.limit is not None:
        facts["limit"] = limit_words(verdict.limit)
    match verdict.reason:
        case "beyond":
            return _("The value %(value)s is %(limit)s.") % facts
        case "at_limit":
            return _("The value %(value)s is the limit itself; the clause asks for %(limit)s.") % facts
        case "within":
            return _("The value %(value)s is not %(limit)s.") % facts
        case "met":
            return _("Looked at: there is no shortfall.")
        case "yields":
            return _("Clause %(other)s holds in its stead; the two exclude each other.") % {
                "other": element.yields_to
            }
        case "not_here" if element.applies_to:
            return _("Not for such a place: the clause is for %(places)s.") % {
                "places": places_words(element.applies_to)
            }
        case "not_here":
            return _("Not for such a place: the clause leaves out %(places)s.") % {
                "places": places_words(element.not_for)
            }
    if element.limits:
        return _("Found; no value is given, so the limb without a number is meant.")
    return _("Found.")


# --- the whole -----------------------------------------------------------------------------------------


def count_words(count: Count) -> str:
    facts = {
        "rule": count.rule.code,
        "number": len(count.clauses),
        "at_least": count.rule.at_least,
        "clauses": listed(count.clauses) or "0",
    }
    if not count.applies:
        return _("Rule %(rule)s: not for such a place.") % facts
    if count.reached:
        return _("Rule %(rule)s: %(number)d of at least %(at_least)d (%(clauses)s), reached.") % facts
    if count.clauses:
        return _("Rule %(rule)s: %(number)d of at least %(at_least)d (%(clauses)s), not reached.") % facts
    return _("Rule %(rule)s: 0 of at least %(at_least)d, not reached.") % facts


def proposal_words(proposal: Proposal, exclusion_labels: dict[str, str]) -> str:
    """From the first step to the exclusions, in the order of the standard."""
    parts = []
    if proposal.direct:
        clauses = listed(verdict.clause for verdict in proposal.direct)
        parts.append(_("Direct element %(clauses)s: major by itself.") % {"clauses": clauses})
    else:
        parts.append(_("No direct element holds."))
    parts += [count_words(count) for count in proposal.counts]
    for exclusion in proposal.exclusions:
        parts.append(
            _("Excluded: %(what)s.") % {"what": exclusion_labels.get(exclusion.code, exclusion.code)}
        )
    if proposal.by == "exclusion":
        parts.append(_("It would be a major fire hazard, but an exclusion holds: not to be judged major."))
    elif proposal.major:
        parts.append(_("Proposal: major fire hazard. A meeting decides."))
    else:
        parts.append(_("Proposal: not a major fire hazard. A meeting decides."))
    return sentences(parts)


def verdict_json(verdict: Verdict, label: str) -> dict:
    limit = verdict.limit
    return {
        "clause": verdict.clause,
        "words": label,
        "direct": verdict.element.direct,
        "value": None if verdict.value is None else float(verdict.value),
        "limit": None if limit is None else f"{limit.op}{limit.value}",
        "limb": verdict.limb,
        "times": verdict.times,
        "reason": verdict.reason,
        "why": verdict_words(verdict),
    }


def count_json(count: Count, label: str) -> dict:
    return {
        "rule": count.rule.code,
        "words": label,
        "applies": count.applies,
        "clauses": list(count.clauses),
        "number": len(count.clauses),
        "at_least": count.rule.at_least,
        "reached": count.reached,
        "why": count_words(count),
    }


# --- what is wrong with the input ------------------------------------------------------------------------


def slip_words(slip: Malformed) -> str:
    """The mistake as its maker can mend it, beginning with the field."""
    facts = {name: listed(value) if isinstance(value, list) else value for name, value in slip.facts.items()}
    if slip.slip == "too_large":
        facts["percent"] = percent(Decimal(slip.facts["most"]))
    said = {
        "not_an_object": _("an object with names and values is expected"),
        "not_a_list": _("a list is expected"),
        "too_many": _("at most %(most)s entries"),
        "unknown_field": _("this name is not known"),
        "unknown_place": _("“%(given)s” is no known kind of place; known are: %(known)s"),
        "unknown_exclusion": _("“%(given)s” is no known exclusion; known are: %(known)s"),
        "unknown_clause": _("%(rule_set)s has no element “%(given)s”"),
        "unknown_limb": _("“%(given)s” is no limb of this clause; known are: %(known)s"),
        "value_needed": _("clause %(clause)s needs a value, a ratio such as 0.35"),
        "value_not_asked": _("clause %(clause)s takes no number: leave the value out"),
        "not_a_number": _("“%(given)s” is not a number; write a ratio such as 0.35"),
        "negative": _("“%(given)s” is negative; a ratio is 0 or more"),
        "too_large": _("larger than %(most)s, which is %(percent)s; write 0.35 for 35%%"),
    }[slip.slip] % facts
    return _("%(field)s: %(what)s.") % {"field": slip.field, "what": said} if slip.field else f"{said}."
