import { api, unwrap, type Schema } from "@/api/client";

export type Duplicate = Schema["DuplicateOut"];

/** Open orders of the same for this patient, each once. */
export async function findDuplicates(patient: number, jobTypes: string[]): Promise<Duplicate[]> {
  const answers = await Promise.all(
    [...new Set(jobTypes)].map((job_type) =>
      unwrap(api.GET("/api/ocs/orders/duplicates/", { params: { query: { patient, job_type } } })),
    ),
  );
  const found = answers.flatMap(({ possible_duplicates }) => possible_duplicates);
  return [...new Map(found.map((order) => [order.id, order])).values()];
}
