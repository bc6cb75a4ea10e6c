import { useInViewport } from "@mantine/hooks";
import { IconPhotoOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { fetchBlob } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import classes from "./PreviewImage.module.css";

interface PreviewImageProps {
  /** Address of the PNG, below /api/. */
  path: string;
  alt: string;
  /** Edge of the square, as a CSS length. */
  size: string;
  /** Width by height of the frame; a square without. */
  ratio?: number;
}

/** A picture behind the login: asked for with the token once it comes into view. */
export function PreviewImage({ path, alt, size, ratio }: PreviewImageProps) {
  const { t } = useTranslation();
  const allowed = useCan()("view_dicom");
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const image = useRef<HTMLImageElement>(null);
  const picture = useQuery({
    queryKey: keys.preview(path),
    queryFn: ({ signal }) => fetchBlob(path, signal),
    enabled: (query) => allowed && (inViewport || query.state.data !== undefined),
    staleTime: Infinity,
    retry: 1,
  });
  const blob = picture.data;

  useEffect(() => {
    if (!blob || !image.current) return;
    const url = URL.createObjectURL(blob);
    image.current.src = url;
    return () => {
      URL.revokeObjectURL(url);
    };
  }, [blob]);

  return (
    <div
      ref={ref}
      className={classes.frame}
      style={{ width: size, aspectRatio: ratio }}
      data-loading={(allowed && picture.isPending) || undefined}
    >
      {blob && <img ref={image} alt={alt} className={classes.image} />}
      {(!allowed || picture.isError) && (
        <IconPhotoOff role="img" aria-label={t("studies.noPreview")} stroke={1.4} />
      )}
    </div>
  );
}
