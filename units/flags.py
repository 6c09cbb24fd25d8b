"""The overlapping marks of a unit: one place may carry any number of them (there is no single class)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Flag(models.TextChoices):
    """What makes a place dangerous or puts it into a legal set; thresholds differ by province and are not kept here."""

    COMBINED_USE = "combined_use", _("Three-in-one site")
    MULTI_USE = "multi_use", _("Multi-in-one site")
    SMALL_PLACE = "small_place", _("Nine-small place")
    KEY_UNIT = "key_unit", _("Key fire-safety unit")
    CROWDED = "crowded", _("Crowded place")
    FLAMMABLE = "flammable", _("Flammable or explosive place")
    HIGH_RISE = "high_rise", _("High-rise building")
    UNDERGROUND = "underground", _("Underground building")
    CHILDREN = "children", _("Place for children")
    ELDERLY = "elderly", _("Place for the elderly")
    LABOUR_INTENSIVE = "labour_intensive", _("Labour-intensive place")
    MIXED_BUSINESS = "mixed_business", _("Mixed business")


# Where people die in numbers: shown in the tone of danger, and offered first.
GRAVE = (Flag.COMBINED_USE, Flag.MULTI_USE)
