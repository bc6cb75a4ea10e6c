import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { segmentationQuery } from "@/api/queries";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { Section } from "@/shared/Section";
import { showSuccess } from "@/shared/toasts";
import type { Job } from "@/shared/ai/jobs";

type Decision = Schema["ReviewDecision"];

interface ReviewFormProps {
  job: Job;
  onReviewed?: () => void;
}

/** Approve the result (of a mask: the version shown), or reject it with a reason. */
export function ReviewForm({ job, onReviewed }: ReviewFormProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [comment, setComment] = useState("");
  const [unexplained, setUnexplained] = useState(false);
  const segmentation = useQuery({
    ...segmentationQuery(job.segmentation ?? 0),
    enabled: job.segmentation !== null,
  });
  const version = segmentation.data?.versions.reduce((last, { version: n }) => Math.max(last, n), 0);
  const ready = !job.sources_moved && (job.segmentation === null || Boolean(version));
  const review = useMutation({
    mutationFn: (decision: Decision) =>
      unwrap(
        api.POST("/api/ai/jobs/{job_id}/review/", {
          params: { path: { job_id: job.id } },
          body: { decision, comment: comment.trim(), ...(version && { version }) },
        }),
      ),
    meta: { quiet: true },
    onSuccess: (_answer, decision) => {
      showSuccess(t(decision === "approve" ? "ai.review.approved" : "ai.review.rejected"));
      onReviewed?.();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.ai.all }),
  });
  const decide = (decision: Decision) => {
    const missing = decision === "reject" && comment.trim() === "";
    setUnexplained(missing);
    if (!missing) review.mutate(decision);
  };
  return (
    <Section title={t("ai.review.title")}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t(job.segmentation === null ? "ai.review.hintResult" : "ai.review.hint")}
        </Text>
        <Textarea
          label={t("ai.review.comment")}
          autosize
          minRows={2}
          maxLength={500}
          value={comment}
          error={unexplained && t("ai.review.reasonNeeded")}
          onChange={(event) => {
            setComment(event.currentTarget.value);
          }}
        />
        {review.isError && <ErrorNotice error={review.error} />}
        {segmentation.isError && <ErrorNotice error={segmentation.error} />}
        <Group justify="flex-end">
          <Button
            variant="light"
            color="red"
            leftSection={<IconX size={16} aria-hidden />}
            loading={review.isPending && review.variables === "reject"}
            disabled={review.isPending}
            onClick={() => {
              decide("reject");
            }}
          >
            {t("ai.review.reject")}
          </Button>
          <Button
            leftSection={<IconCheck size={16} aria-hidden />}
            loading={review.isPending && review.variables === "approve"}
            disabled={review.isPending || !ready}
            onClick={() => {
              decide("approve");
            }}
          >
            {job.segmentation === null
              ? t("ai.review.approveResult")
              : t("ai.review.approve", { version: version ?? "" })}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}
