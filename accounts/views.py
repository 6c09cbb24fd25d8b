"""Signing in and out, passwords, one's own page, and the administration of accounts."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import forms, selectors, services
from accounts.models import Post, SignIn, User
from accounts.network import client_ip
from accounts.roles import Role, need
from common.days import today
from common.errors import RuleBroken
from common.forms import put_refusal
from common.listing import Listing


@method_decorator(login_not_required, name="dispatch")
class SignInPage(LoginView):
    """The sign-in page."""

    template_name = "accounts/login.html"
    form_class = forms.SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        """What the page says besides the form."""
        idle = "idle" in self.request.GET
        demo = selectors.demo_accounts() if getattr(settings, "DEMO", False) else ()
        return super().get_context_data(idle=idle, demo=demo, **kwargs)

    def form_valid(self, form):
        """In, in one's own language."""
        response = super().form_valid(form)
        return speak(response, form.get_user().language)

    def form_invalid(self, form):
        """The filled form again (never the password), as a mistake of the form."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


sign_in = SignInPage.as_view()


def locked_out(request, response=None, credentials=None):
    """Too many wrong passwords: until when, whether or not the account exists. Called by django-axes."""
    username = (credentials or {}).get("username", "")
    until = selectors.locked_until(username=username, ip=client_ip(request))
    wait = max(60, int((until - timezone.now()).total_seconds()))
    if request.path.startswith("/api/"):
        detail = _("Too many wrong attempts. Try again after %(when)s.") % {"when": f"{until:%H:%M}"}
        answer = JsonResponse({"code": "locked", "detail": detail}, status=429)
    else:
        answer = render(request, "accounts/locked.html", {"until": until}, status=429)
    answer["Retry-After"] = str(wait)
    return answer


@sensitive_post_parameters()
def password(request):
    """One's own password; the first one must be changed before anything else."""
    form = forms.PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and _chosen(request, form):
        messages.success(request, _("The password is changed."))
        return redirect("home")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/password.html", {"form": form}, status=status)


def _chosen(request, form) -> bool:
    try:
        services.choose_password(request.user, password=form.cleaned_data["new_password1"])
    except ValidationError as mistake:
        form.add_error("new_password1", mistake)
    except RuleBroken as error:
        put_refusal(form, error)
    else:
        update_session_auth_hash(request, request.user)
        return True
    return False


def me(request):
    """My posts, my language, my sign-ins."""
    form = forms.PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        translation.activate(form.instance.language)
        messages.success(request, _("Your settings are saved."))
        return speak(redirect("accounts:me"), form.instance.language)
    posts = Post.objects.held_by(request.user, today()).select_related("region", "office", "user", "deputy")
    context = {
        "form": form,
        "posts": posts,
        "today": today(),
        "sign_ins": SignIn.objects.filter(user=request.user)[:10],
    }
    return render(request, "accounts/me.html", context, status=422 if form.is_bound else 200)


@require_POST
def end_other_sessions(request):
    """Signs out every other browser and token of mine."""
    services.end_other_sessions(request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("All other sessions and tokens of yours are ended."))
    return redirect("accounts:me")


@require_GET
def people(request):
    """The accounts that I manage."""
    need(request.user, "account.manage")
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "role", "state")}
    listing = Listing(request, selectors.people(by=request.user, **asked))
    context = {"listing": listing, "asked": asked, "roles": Role.choices, "today": today()}
    return render(request, "accounts/people.html", context)


@sensitive_post_parameters()
def person_new(request):
    """Opens an account; its first password is shown once, on the answer itself."""
    need(request.user, "account.manage")
    form = forms.NewAccountForm(request.POST or None, asker=request.user)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data, on=form.cleaned_data["starts_on"], by=request.user)
        facts.pop("starts_on")
        made = attempt(form, services.create_account, **facts)
        if made:
            return render(request, "accounts/first_password.html", {"person": made[0], "password": made[1]})
    return person_form(request, "accounts/person_new.html", form)


def person(request, pk):
    """One account: facts, posts, history."""
    person = managed(request, pk)
    form = forms.FactsForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        services.correct_account(person, by=request.user, **form.cleaned_data)
        messages.success(request, _("The account is corrected."))
        return redirect("accounts:person", pk)
    return person_form(
        request, "accounts/person.html", form, person=person,
        post_form=forms.PostFields(asker=request.user),
    )  # fmt: skip


@require_POST
def person_lock(request, pk):
    """Locks or unlocks, as the button said."""
    person = managed(request, pk)
    act = services.unlock if request.POST.get("act") == "unlock" else services.lock
    act(person, by=request.user)
    return redirect("accounts:person", pk)


@require_POST
def person_password(request, pk):
    """A new first password, shown once."""
    person = managed(request, pk)
    new = services.reset_password(person, by=request.user)
    return render(request, "accounts/first_password.html", {"person": person, "password": new})


@require_POST
def post_give(request, pk):
    """One more post for a person."""
    person = managed(request, pk)
    form = forms.PostFields(request.POST, asker=request.user)
    if form.is_valid():
        facts = dict(form.cleaned_data, on=form.cleaned_data["starts_on"])
        facts.pop("starts_on")
        if attempt(form, services.give_post, person, by=request.user, **facts):
            messages.success(request, _("The post is given."))
            return redirect("accounts:person", pk)
    facts_form = forms.FactsForm(instance=person)
    return person_form(request, "accounts/person.html", facts_form, person=person, post_form=form, status=422)


@require_POST
def post_end(request, pk):
    """The last day of a post."""
    post = post_of(request, pk)
    form = forms.EndPostForm(request.POST)
    if form.is_valid():
        services.end_post(post, by=request.user, on=form.cleaned_data["ends_on"])
        messages.success(request, _("The post ends on that day."))
        return redirect("accounts:person", post.user_id)
    raise RuleBroken(_("Give the last day as a date."), field="ends_on")


def post_deputy(request, pk):
    """Names or takes back the deputy of a post."""
    post = post_of(request, pk)
    form = forms.DeputyForm(request.POST or None, post=post, asker=request.user)
    named = request.method == "POST" and form.is_valid()
    if named and attempt(form, _name_deputy, post, request.user, **form.cleaned_data):
        messages.success(request, _("The deputy is noted."))
        return redirect("accounts:person", post.user_id)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/deputy.html", {"post": post, "form": form}, status=status)


def leave(request, pk):
    """Somebody stands in for me in one of my posts, or no longer does."""
    on = today()
    post = get_object_or_404(request.user.posts.current(on).select_related("user", "region", "deputy"), pk=pk)
    coming_back = request.method == "POST" and request.POST.get("back") == "yes"
    form = forms.LeaveForm(None if coming_back else request.POST or None, post=post, on=on)
    if coming_back:
        services.go_on_leave(post, by=request.user, deputy=None, starts_on=None, ends_on=None, on=on)
        messages.success(request, _("Nobody stands in for you any longer."))
        return redirect("accounts:me")
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, _leave, post, request.user, on, form.cleaned_data)
    ):
        messages.success(
            request,
            _("%(name)s stands in for you; both of you are told.")
            % {"name": form.cleaned_data["deputy"].name},
        )
        return redirect("accounts:me")
    context = {"post": post, "form": form, "today": on}
    return render(request, "accounts/leave.html", context, status=422 if form.is_bound else 200)


def _leave(post, by, on, facts) -> bool:
    services.go_on_leave(post, by=by, on=on, **facts)
    return True


def _name_deputy(post, by, **facts) -> bool:
    services.name_deputy(post, by=by, **facts)
    return True


@require_GET
def sign_ins(request):
    """The sign-in log, for those who audit."""
    need(request.user, "audit.view")
    rows = SignIn.objects.visible_to(request.user).select_related("user")
    if q := request.GET.get("q", "").strip():
        rows = rows.filter(username__icontains=q)
    return render(request, "accounts/sign_ins.html", {"listing": Listing(request, rows), "q": q})


def managed(request, pk) -> User:
    """An account inside the asker's jurisdiction; 404 outside it."""
    need(request.user, "account.manage")
    return get_object_or_404(selectors.people(by=request.user), pk=pk)


def post_of(request, pk) -> Post:
    """A post inside the asker's jurisdiction; 404 outside it."""
    need(request.user, "account.manage")
    inside = request.user.scope.q("region_id", "account.manage")
    return get_object_or_404(Post.objects.filter(inside).select_related("user", "region"), pk=pk)


def attempt(form, act, *args, **facts):
    """The result of a service, or None with its refusal shown in the form."""
    try:
        return act(*args, **facts)
    except RuleBroken as error:
        put_refusal(form, error)
    except ValidationError as mistake:
        form.add_error(None, mistake.messages)
    return None


def person_form(request, template, form, *, status=None, **context):
    """A page of account administration with its form."""
    codes = request.user.scope.codes_for("account.manage")
    context |= {"form": form, "regions": selectors.region_choices(codes=codes), "today": today()}
    if "person" in context:
        context["events"] = context["person"].account_events.select_related("by")[:20]
    return render(request, template, context, status=status or (422 if form.is_bound else 200))


def speak(response, language):
    """Keeps the language of the following pages."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response
