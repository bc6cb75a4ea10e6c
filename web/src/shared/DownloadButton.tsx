import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { fetchBlob } from "@/api/client";

interface DownloadButtonProps {
  path: string;
  fileName: string;
  icon: ReactNode;
  label: string;
}

/** A file from behind the login, saved under a name. */
export function DownloadButton({ path, fileName, icon, label }: DownloadButtonProps) {
  const fetching = useMutation({
    mutationFn: () => fetchBlob(path),
    onSuccess: (file) => {
      const address = URL.createObjectURL(file);
      const link = document.createElement("a");
      link.href = address;
      link.download = fileName;
      link.click();
      URL.revokeObjectURL(address);
    },
  });
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={icon}
      loading={fetching.isPending}
      onClick={() => {
        fetching.mutate();
      }}
    >
      {label}
    </Button>
  );
}
