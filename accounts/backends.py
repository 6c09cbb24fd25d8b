"""What Django's own administration asks, answered from the one policy table."""

from accounts.roles import may

# Only tables without a course of business of their own may be edited there: acts go through the services.
EDITABLE = {"reference": "reference.manage"}
# Single tables of apps whose others have a course of business.
TABLES = {
    *("accounts.view_office", "accounts.add_office", "accounts.change_office"),
    *("notifications.view_gateway", "notifications.add_gateway", "notifications.change_gateway"),
}


class PolicyBackend:
    """Grants Django permissions to the posts that manage code tables; authenticates nobody."""

    def authenticate(self, request, **credentials):
        """Never: passwords are another backend's business."""
        return None

    def has_perm(self, user, perm, obj=None):
        """Whether a post of the person carries what the table asks."""
        if not user.is_active or not hasattr(user, "scope"):
            return False
        app, _dot, act = perm.partition(".")
        if perm in TABLES:
            return may(user, "reference.manage")
        # Code tables are ended by a date, never deleted: old cases point at them.
        return app in EDITABLE and not act.startswith("delete_") and may(user, EDITABLE[app])

    def has_module_perms(self, user, app_label):
        """Whether the person sees the app in the administration at all."""
        return (
            user.is_active
            and app_label in {*EDITABLE, "accounts", "notifications"}
            and may(user, "reference.manage")
        )
