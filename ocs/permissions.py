"""Which right each step of an order needs."""

from __future__ import annotations

from ocs.choices import JobRole, OrderStatus
from rbac.permissions import Permission

_WORK: dict[str, Permission] = {
    JobRole.RIS: Permission.WORK_RIS_ORDER,
    JobRole.LIS: Permission.WORK_LIS_ORDER,
    JobRole.TREATMENT: Permission.CREATE_ORDER,
    JobRole.CONSULT: Permission.CREATE_ORDER,
}


def step_permission(job_role: str, to_status: str) -> Permission:
    """The right that moves an order of ``job_role`` to ``to_status``.

    Treatments and consultations are worked by doctors, who are those that hold create_order.
    Cancelling needs create_order and is for the orderer alone.
    """
    if to_status == OrderStatus.CONFIRMED:
        return Permission.CONFIRM_ORDER
    if to_status == OrderStatus.CANCELLED:
        return Permission.CREATE_ORDER
    if to_status == OrderStatus.RESULT_READY and job_role == JobRole.LIS:
        return Permission.ENTER_LAB_RESULT
    return _WORK[job_role]
