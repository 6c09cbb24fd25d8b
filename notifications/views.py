"""The inbox, and the letters that never arrived."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import need
from common import days
from common.errors import AlreadyDone
from common.listing import Listing
from notifications import selectors, services
from notifications.models import Delivery, Message


@require_GET
def inbox(request):
    """My messages, unread first asked for by a tab."""
    return page(request, only_unread=request.GET.get("show") == "unread")


def page(request, *, only_unread):
    """The whole page: a fragment of it would leave the numbers at the bell behind."""
    rows = selectors.inbox(request.user, only_unread=only_unread)
    context = {
        "listing": Listing(request, rows),
        "only_unread": only_unread,
        "unread": selectors.unread_count(request.user),
    }
    return render(request, "notifications/inbox.html", context)


@require_GET
def open_message(request, pk):
    """Notes that it was read, and goes to what it is about."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    services.mark_read(Message.objects.filter(pk=message.pk), at=days.now())
    if message.link and url_has_allowed_host_and_scheme(
        message.link, {request.get_host()}, request.is_secure()
    ):
        return redirect(message.link)
    return render(request, "notifications/message.html", {"message": message})


@require_POST
def read(request, pk=None):
    """Marks one, or all, as read."""
    messages = Message.objects.visible_to(request.user)
    if pk is not None:
        messages = messages.filter(pk=get_object_or_404(messages, pk=pk).pk)
    services.mark_read(messages, at=days.now())
    only_unread = request.POST.get("show") == "unread"
    if request.headers.get("HX-Request") == "true":
        return page(request, only_unread=only_unread)
    return redirect("notifications:inbox")


@require_GET
def unread(request):
    """The number alone, for the bell."""
    return HttpResponse(str(selectors.unread_count(request.user)), content_type="text/plain")


@require_GET
def dead_letters(request):
    """What could not be brought, and why."""
    need(request.user, "message.dead_letters")
    listing = Listing(request, selectors.dead_letters(request.user))
    return render(request, "notifications/dead_letters.html", {"listing": listing})


@require_POST
def retry(request, pk):
    """Tries a dead letter again."""
    need(request.user, "message.dead_letters")
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    if not services.retry_dead(delivery, now=days.now()):
        raise AlreadyDone(_("This letter is on its way again already."))
    return redirect("notifications:dead_letters")
