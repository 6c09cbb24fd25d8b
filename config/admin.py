"""Django's administration, for those whose post manages the code tables (and for Django's superuser)."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class CodeTables(AdminSite):
    """The site itself; its door is the product's own (see config/urls.py)."""

    site_header = site_title = _("Xiaohuan: code tables")
    index_title = _("Code tables")

    def has_permission(self, request):
        """A post that manages code tables, or a superuser."""
        user = request.user
        return (
            user.is_authenticated and user.is_active and (user.is_superuser or user.may("reference.manage"))
        )


class CodeTablesConfig(AdminConfig):
    """Puts our site in the place of Django's."""

    default_site = "config.admin.CodeTables"
