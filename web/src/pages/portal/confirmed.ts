import { ordersQuery } from "@/api/queries";

const ALL = 200;

/** The results that were confirmed, the newest first: the one source of whatever the portal says of them. */
export const confirmedQuery = (patient: number) =>
  ordersQuery({ patient, status: "CONFIRMED", ordering: "-ordered_at", page_size: ALL });
