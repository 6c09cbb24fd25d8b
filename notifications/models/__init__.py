"""The outbox: letters, the ways out of the house, and how each person wants to be reached."""

from notifications.models.gateway import Gateway, Line, address_problem
from notifications.models.message import Delivery, Message
from notifications.models.preference import Preference

__all__ = ["Delivery", "Gateway", "Line", "Message", "Preference", "address_problem"]
