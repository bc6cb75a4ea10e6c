import { Button } from "@mantine/core";
import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { showSuccess } from "@/shared/toasts";

interface EndButtonProps {
  label: string;
  /** What the button of a row is about, for who does not see the row. */
  ariaLabel?: string;
  end: () => Promise<unknown>;
  ended: string;
  /** What is out of date then; without it, everything. */
  stale?: readonly QueryKey[];
}

/** Ends something of a row at once: a share, a session, an emergency access. */
export function EndButton({ label, ariaLabel, end, ended, stale }: EndButtonProps) {
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: end,
    onSuccess: async () => {
      showSuccess(ended);
      if (stale) await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
      else await client.invalidateQueries();
    },
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      style={{ flexShrink: 0 }}
      aria-label={ariaLabel}
      loading={ending.isPending}
      onClick={() => {
        ending.mutate();
      }}
    >
      {label}
    </Button>
  );
}
