"""Signing in, one's own page, the administration of accounts."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.password, name="password"),
    path("me/", views.me, name="me"),
    path("me/sessions/", views.end_other_sessions, name="end_other_sessions"),
    path("me/posts/<int:pk>/leave/", views.leave, name="leave"),
    path("people/", views.people, name="people"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/lock/", views.person_lock, name="person_lock"),
    path("people/<int:pk>/password/", views.person_password, name="person_password"),
    path("people/<int:pk>/posts/", views.post_give, name="post_give"),
    path("posts/<int:pk>/end/", views.post_end, name="post_end"),
    path("posts/<int:pk>/deputy/", views.post_deputy, name="post_deputy"),
    path("sign-ins/", views.sign_ins, name="sign_ins"),
]
