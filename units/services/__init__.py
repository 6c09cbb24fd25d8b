"""The acts of the register, under one name for every door and for the apps above."""

from units.services.entries import correct, move, register, restore, retire
from units.services.headlines import mark_inspected, mark_producing, mark_sealed, mark_suspended
from units.services.lodging import survey
from units.services.people import reveal_phone, set_people

__all__ = [
    "correct",
    "mark_inspected",
    "mark_producing",
    "mark_sealed",
    "mark_suspended",
    "move",
    "register",
    "restore",
    "retire",
    "reveal_phone",
    "set_people",
    "survey",
]
