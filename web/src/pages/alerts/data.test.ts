import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { keys } from "@/api/keys";
import { refreshAbout, refreshMissed } from "./data";

function stale(act: (client: QueryClient) => void) {
  const client = new QueryClient();
  const names = {
    orders: keys.orders.list({ open: true }),
    count: keys.count("accept"),
    jobs: keys.ai.jobList({}),
    unmatched: keys.unmatched.list(1, null),
    shares: keys.shares.list({}),
    chart: keys.chart.summary(7),
    lab: keys.lab.counts,
    users: keys.users.list({}),
  };
  for (const key of Object.values(names)) client.setQueryData(key, 1);
  act(client);
  return Object.entries(names)
    .filter(([, key]) => client.getQueryState(key)?.isInvalidated)
    .map(([name]) => name);
}

describe("an alert", () => {
  it("has the order cards and their counts asked for again", () => {
    for (const kind of ["order_waiting", "order_stat", "order_cancelled"] as const) {
      expect(stale((client) => { refreshAbout(client, kind); })).toEqual(["orders", "count"]);
    }
  });

  it("of a result has the chart and the laboratory asked for again too", () => {
    for (const kind of ["order_result", "order_amended", "critical_result", "critical_unconfirmed"] as const) {
      expect(stale((client) => { refreshAbout(client, kind); })).toEqual(["orders", "count", "chart", "lab"]);
    }
  });

  it("has what it is about asked for again, and nothing else", () => {
    expect(stale((client) => { refreshAbout(client, "ai_completed"); })).toEqual(["count", "jobs"]);
    expect(stale((client) => { refreshAbout(client, "study_unmatched"); })).toEqual(["count", "unmatched"]);
    expect(stale((client) => { refreshAbout(client, "share_received"); })).toEqual(["count", "shares"]);
    expect(stale((client) => { refreshAbout(client, "newer" as "published"); })).toEqual([]);
  });

  it("that was missed may have been about anything", () => {
    expect(stale(refreshMissed)).toEqual(["orders", "count", "jobs", "unmatched", "shares", "chart", "lab"]);
  });
});
