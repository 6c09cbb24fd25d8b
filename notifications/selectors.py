"""What the inbox and the dead letters show."""

from notifications.models import Delivery, Message


def unread_count(user) -> int:
    """The number at the bell."""
    return Message.objects.visible_to(user).unread().count()


def inbox(user, *, only_unread=False):
    """A person's messages, the newest first."""
    messages = Message.objects.visible_to(user)
    return messages.unread() if only_unread else messages


def about(key):
    """What was said about one thing (a case number), to whom, the newest first."""
    return Message.objects.filter(about=key).select_related("recipient").prefetch_related("deliveries")


def dead_letters(user):
    """Letters that were given up, the newest first."""
    rows = Delivery.objects.dead().visible_to(user).select_related("message__recipient")
    return rows.order_by("-message__created_at", "-pk")
