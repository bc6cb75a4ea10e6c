from __future__ import annotations

from django.urls import path

from acct import views

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("token/refresh/", views.TokenRefresh.as_view(), name="token-refresh"),
    path("me/", views.Me.as_view(), name="me"),
    path("sessions/", views.OwnSessions.as_view(), name="sessions"),
    path("sessions/<uuid:session_id>/", views.OwnSession.as_view(), name="session-detail"),
    path("users/", views.Users.as_view(), name="users"),
    path("users/<int:user_id>/", views.UserDetail.as_view(), name="user-detail"),
    path("users/<int:user_id>/sessions/", views.UserSessions.as_view(), name="user-sessions"),
    path(
        "users/<int:user_id>/sessions/<uuid:session_id>/",
        views.UserSession.as_view(),
        name="user-session-detail",
    ),
]
