/**
 * Every query key of the application. A key begins with the keys that cover it, so that
 * `invalidateQueries({ queryKey: keys.orders.all })` reaches every list and every order.
 */
export const keys = {
  studies: {
    all: ["studies"],
    list: (filters: object) => ["studies", "list", filters],
    ofPatient: (patient: number) => ["studies", "of patient", patient],
    one: (uid: string) => ["studies", "one", uid],
  },
  series: (uid: string) => ["series", uid],
  upload: (statusUrl: string) => ["upload", statusUrl],
  preview: (path: string) => ["preview", path],
  unmatched: {
    all: ["unmatched"],
    list: (page: number, study: string | null) => ["unmatched", "list", page, study],
  },
  ai: {
    all: ["ai"],
    jobs: ["ai", "jobs"],
    jobList: (filters: object) => ["ai", "jobs", filters],
    job: (id: number) => ["ai", "job", id],
    models: ["ai", "models"],
    modelsFor: (study: string) => ["ai", "models", "for study", study],
    segmentation: (id: number) => ["ai", "segmentation", id],
  },
  orders: {
    all: ["orders"],
    list: (filters: object) => ["orders", "list", filters],
    one: (id: number) => ["orders", "one", id],
    history: (id: number) => ["orders", "one", id, "history"],
    notes: (id: number) => ["orders", "one", id, "notes"],
    assignees: (id: number) => ["orders", "one", id, "assignees"],
    sheet: (id: number, part: string) => ["orders", "one", id, "sheet", part],
  },
  orderSets: ["order sets"],
  resultSchema: (jobType: string, version: number | null) => ["result schema", jobType, version],
  lab: {
    all: ["lab"],
    criticals: ["lab", "criticals"],
  },
  patients: {
    all: ["patients"],
    list: (q: string, page: number) => ["patients", "list", q, page],
    picker: (q: string) => ["patients", "picker", q],
    one: (id: number) => ["patients", "one", id],
    conflicts: ["patients", "conflicts"],
    timeline: (id: number) => ["patients", "one", id, "timeline"],
    access: (id: number) => ["patients", "one", id, "access"],
  },
  treatment: {
    of: (patient: number) => ["treatment", patient],
    part: (patient: number, part: string) => ["treatment", patient, part],
    terms: ["treatment", "terms"],
    visits: (filters?: object) => (filters ? ["treatment", "visits", filters] : ["treatment", "visits"]),
    history: (patient: number, kind: string, row: number) => ["treatment", patient, kind, row],
    survival: (kind: string) => ["treatment", "survival", kind],
  },
  alerts: {
    unread: ["alerts", "unread"],
    lists: ["alerts", "list"],
    list: (unreadOnly: boolean) => ["alerts", "list", unreadOnly],
  },
  shares: {
    all: ["shares"],
    list: (filters: object) => ["shares", "list", filters],
    recipients: (q: string) => ["shares", "recipients", q],
  },
  sessions: {
    all: ["sessions"],
    of: (user: number | null) => ["sessions", user],
  },
  glass: {
    all: ["glass"],
    list: (filters: object) => ["glass", "list", filters],
    reads: (id: number, page: number) => ["glass", "reads", id, page],
  },
  users: {
    all: ["users"],
    list: (filters: object) => ["users", "list", filters],
  },
  roles: ["roles"],
  menus: ["menus"],
  audit: {
    all: ["audit"],
    verify: ["audit", "verify"],
    list: (filters: object, page: number) => ["audit", "list", filters, page],
    items: (log: number, page: number) => ["audit", "items", log, page],
  },
  outbox: {
    all: ["outbox"],
    list: (status: string, page: number) => ["outbox", "list", status, page],
  },
  queues: ["queues"],
  health: ["health"],
  counts: ["count"],
  count: (name: string) => ["count", name],
} as const;
