export default {
  order: {
    ORDERED: "Ordered",
    ACCEPTED: "Accepted",
    IN_PROGRESS: "In progress",
    RESULT_READY: "Result ready",
    CONFIRMED: "Confirmed",
    CANCELLED: "Cancelled",
  },
  job: {
    PENDING: "Waiting",
    PROCESSING: "Running",
    COMPLETED: "Done",
    FAILED: "Failed",
    CANCELLED: "Cancelled",
  },
  review: {
    PENDING: "To review",
    APPROVED: "Approved",
    REJECTED: "Rejected",
  },
  reading: {
    UNREAD: "Unread",
    READING: "Being read",
    READ: "Read",
  },
  publication: {
    NONE: "Not published",
    PENDING: "Publishing",
    PUBLISHED: "Published",
    FAILED: "Publication failed",
  },
  priority: {
    routine: "Routine",
    urgent: "Urgent",
    stat: "Stat",
  },
  jobRole: {
    RIS: "Imaging",
    LIS: "Laboratory",
    TREATMENT: "Treatment",
    CONSULT: "Consultation",
  },
};
