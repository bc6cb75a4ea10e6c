from __future__ import annotations

from django.urls import path

from rbac import views

urlpatterns = [
    path("roles/", views.Roles.as_view(), name="rbac-roles"),
    path("roles/<slug:code>/", views.CustomRoleDetail.as_view(), name="custom-role"),
    path("permissions/", views.Permissions.as_view(), name="rbac-permissions"),
]
menu_urlpatterns = [path("my-menus/", views.MyMenus.as_view(), name="my-menus")]
