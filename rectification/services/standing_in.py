"""Letters about leave: whoever stands in, and whoever is stood in for, hear of it."""

from django.utils import timezone

from rectification.services.telling import day_words, tell


def tell_both(post, *, by, before=None) -> None:
    """Called by accounts after a deputy was named, by the holder or the administrator, or the holder came back."""
    at = timezone.now()
    where = f"{post.region.name}{post.get_role_display()}"
    if post.deputy:
        days = days_of(post)
        letters = [
            (
                post.deputy,
                f"您将代{post.user.name}履职",
                f"{days}，您代{post.user.name}履行{where}职责，期间的提醒送达您。",
            ),
            (
                post.user,
                f"已由{post.deputy.name}代您履职",
                f"{days}，由{post.deputy.name}代您履行{where}职责。",
            ),
        ]
    else:
        letters = [(post.user, "代理已结束", f"您已恢复履行{where}职责。")]
    if before is not None and before != post.deputy:
        letters.append((before, f"不再代{post.user.name}履职", f"您不再代{post.user.name}履行{where}职责。"))
    for person, subject, body in letters:
        key = f"deputy:{post.pk}:{person.pk}:{at.isoformat()}"
        tell(
            person,
            key=key,
            on=timezone.localdate(at),
            subject=subject,
            body=body,
            link="/accounts/me/",
            about=f"post:{post.pk}",
        )


def days_of(post) -> str:
    """From when to when; an administrator may leave the end open."""
    begin = day_words(post.deputy_from)
    return f"{begin}至{day_words(post.deputy_to)}" if post.deputy_to else f"自{begin}起"
