"""The inbox, the letters that never arrived, and how a person wants to be reached."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import need
from common import days
from common.errors import AlreadyDone, RuleBroken
from common.forms import put_refusal
from common.listing import Listing
from notifications import selectors, services
from notifications.filters import DeliveryFilter
from notifications.forms import DropForm, PreferenceForm
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
    mine = Message.objects.visible_to(request.user)
    if pk is not None:
        mine = mine.filter(pk=get_object_or_404(mine, pk=pk).pk)
    services.mark_read(mine, at=days.now())
    only_unread = request.POST.get("show") == "unread"
    if request.headers.get("HX-Request") == "true":
        return page(request, only_unread=only_unread)
    return redirect("notifications:inbox")


@require_GET
def unread(request):
    """The number alone, for the bell."""
    return HttpResponse(str(selectors.unread_count(request.user)), content_type="text/plain")


def preferences(request):
    """By which channels I want to be told, and when not."""
    form = PreferenceForm(request.POST or None, instance=selectors.preference(request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your choice is saved. It holds for letters written from now on."))
        return redirect("notifications:preferences")
    status = 422 if form.is_bound else 200
    return render(request, "notifications/preferences.html", {"form": form}, status=status)


@require_GET
def dead_letters(request):
    """What could not be brought, why, and where that can be mended."""
    need(request.user, "message.dead_letters")
    tab = request.GET.get("state")
    tab = tab if tab in selectors.TABS else selectors.TABS[0]
    narrowed = DeliveryFilter(request.GET, selectors.dead_letters(request.user, tab))
    listing = Listing(request, narrowed.qs, filterset=narrowed, hidden=("state",))
    context = {
        "listing": listing,
        "filter": narrowed,
        "tab": tab,
        "rows": [(letter, *selectors.mend(letter, request.user)) for letter in listing],
        "alike": selectors.alike(request.user) if tab == "stuck" else [],
        "resting": selectors.resting(days.now()),
        "may_mend": request.user.may("message.mend"),
    }
    return render(request, "notifications/dead_letters.html", context)


@require_POST
def retry(request, pk):
    """Tries a letter again that is stuck."""
    delivery = stuck(request, pk)
    if services.retry_dead(delivery, now=days.now()):
        messages.success(request, _("The letter is on its way again."))
    else:
        delivery.refresh_from_db()
        if delivery.state != Delivery.State.IMPOSSIBLE:
            raise AlreadyDone(_("This letter is on its way again already."))
        messages.error(request, _("There is still no way to send it: %(why)s") % {"why": delivery.last_error})
    return redirect("notifications:dead_letters")


@require_POST
def retry_alike(request):
    """Tries all letters again that stick at the same fault."""
    need(request.user, "message.mend")
    mine = Delivery.objects.filter(pk__in=Delivery.objects.visible_to(request.user).stuck().values("pk"))
    asked = {name: request.POST.get(name, "") for name in ("channel", "fault")}
    count = services.retry_alike(mine, **asked, now=days.now())
    words = ngettext(
        "%(count)s letter is on its way again.", "%(count)s letters are on their way again.", count
    )
    if count:
        messages.success(request, words % {"count": count})
    else:
        messages.error(
            request, _("None of them can be sent yet: put the addresses or the gateway right first.")
        )
    return redirect("notifications:dead_letters")


def drop(request, pk):
    """Ends the attempts on a letter, with a reason."""
    delivery = stuck(request, pk)
    form = DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.drop(delivery, by=request.user, reason=form.cleaned_data["reason"], at=days.now())
        except AlreadyDone:
            raise
        except RuleBroken as error:
            put_refusal(form, error)
        else:
            messages.success(request, _("The letter is written off; the reason stays with it."))
            return redirect("notifications:dead_letters")
    status = 422 if form.is_bound else 200
    return render(request, "notifications/drop.html", {"letter": delivery, "form": form}, status=status)


def stuck(request, pk) -> Delivery:
    """A letter to one of the people whom the asker looks after, for who may act on it; 404 elsewhere."""
    need(request.user, "message.mend")
    letters = Delivery.objects.visible_to(request.user).select_related("message__recipient")
    return get_object_or_404(letters, pk=pk)
