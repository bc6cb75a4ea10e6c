from __future__ import annotations

from django.urls import path

from treatment.views import followups, treatments

treatment_urlpatterns = [
    path("plans/", treatments.Plans.as_view(), name="plans"),
    path("plans/<int:pk>/", treatments.PlanDetail.as_view(), name="plan-detail"),
    path("plans/<int:pk>/move/", treatments.PlanMove.as_view(), name="plan-move"),
    path("events/", treatments.CourseEvents.as_view(), name="course-events"),
    path("events/<int:pk>/", treatments.CourseEventDetail.as_view(), name="event-detail"),
    path("adverse-events/", treatments.AdverseEvents.as_view(), name="adverse-events"),
    path(
        "adverse-events/<int:pk>/", treatments.AdverseEventDetail.as_view(), name="adverse-detail"
    ),
    path("adverse-terms/", treatments.AdverseTerms.as_view(), name="adverse-terms"),
    path("performance/", treatments.Performances.as_view(), name="performances"),
    path(
        "performance/<int:pk>/", treatments.PerformanceDetail.as_view(), name="performance-detail"
    ),
    path("history/", treatments.CourseHistory.as_view(), name="treatment-history"),
]
followup_urlpatterns = [
    path("visits/", followups.Visits.as_view(), name="visits"),
    path("visits/<int:pk>/", followups.VisitDetail.as_view(), name="visit-detail"),
    path("visits/<int:pk>/move/", followups.VisitMove.as_view(), name="visit-move"),
    path("responses/", followups.Assessments.as_view(), name="responses"),
    path("responses/<int:pk>/", followups.AssessmentDetail.as_view(), name="response-detail"),
    path("vital-status/", followups.LifeStatuses.as_view(), name="life-statuses"),
    path("vital-status/<int:pk>/", followups.LifeStatusDetail.as_view(), name="life-detail"),
    path("volume-curve/", followups.VolumeCurves.as_view(), name="volume-curves"),
    path("survival/", followups.OverallSurvival.as_view(), name="overall-survival"),
]
