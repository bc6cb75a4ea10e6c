export default {
  order: {
    ORDERED: "Ordered",
    ACCEPTED: "Accepted",
    IN_PROGRESS: "In progress",
    RESULT_READY: "Result entered",
    CONFIRMED: "Result confirmed",
    CANCELLED: "Cancelled",
  },
  job: {
    PENDING: "Waiting",
    PROCESSING: "Running",
    COMPLETED: "Completed",
    FAILED: "Failed",
    CANCELLED: "Cancelled",
  },
  review: {
    PENDING: "Awaiting review",
    APPROVED: "Approved",
    REJECTED: "Rejected",
  },
  reading: {
    UNREAD: "Unread",
    READING: "Reading",
    READ: "Read",
  },
  report: {
    draft: "Draft",
    preliminary: "Preliminary",
    signed: "Signed",
    amended: "Amended",
    discarded: "Discarded",
  },
  registration: {
    requested: "Waiting",
    running: "Running",
    done: "Awaiting acceptance",
    failed: "Failed",
    accepted: "Accepted",
    rejected: "Rejected",
  },
  priority: {
    routine: "Routine",
    urgent: "Urgent",
    stat: "STAT",
  },
  jobRole: {
    RIS: "Imaging",
    LIS: "Laboratory",
    TREATMENT: "Treatment",
    CONSULT: "Consultation",
  },
};
