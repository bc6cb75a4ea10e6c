import { ActionIcon, Button, Group, Modal, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { seriesQuery, studyQuery } from "@/api/queries";
import { PreviewImage } from "@/shared/PreviewImage";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import type { KeyImage } from "./autosave";
import { keyImageName, picturesOf, PAGE } from "./pictures";
import classes from "./Reports.module.css";

const MOST = 20;
const DICOM_WEB = "/api/ris/dicom-web";

interface KeyImagesProps {
  study: string;
  chosen: KeyImage[];
  /** Absent where the report is only read. */
  onChange?: (chosen: KeyImage[]) => void;
}

/** The key images of a report: chosen from the series of its study, shown in the PDF. */
export function KeyImages({ study, chosen, onChange }: KeyImagesProps) {
  const { t } = useTranslation();
  const [choosing, { open, close }] = useDisclosure();
  if (!onChange && chosen.length === 0) return null;
  return (
    <Section
      title={t("reports.images.title")}
      action={
        onChange && (
          <Button size="xs" variant="default" onClick={open}>
            {t("reports.images.choose")}
          </Button>
        )
      }
    >
      {chosen.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("reports.images.none")}
        </Text>
      )}
      <SimpleGrid cols={3} spacing="xs" role="list" aria-label={t("reports.images.title")}>
        {chosen.map((image, index) => (
          <div key={keyImageName(image)} role="listitem" className={classes.chosen}>
            <Thumbnail study={study} image={image} name={t("reports.images.one", { number: index + 1 })} />
            {onChange && (
              <ActionIcon
                size="sm"
                variant="filled"
                color="dark"
                className={classes.remove}
                aria-label={t("reports.images.remove", { number: index + 1 })}
                onClick={() => {
                  onChange(chosen.filter((one) => one !== image));
                }}
              >
                <IconX size={14} aria-hidden />
              </ActionIcon>
            )}
          </div>
        ))}
      </SimpleGrid>
      {choosing && onChange && (
        <Chooser study={study} chosen={chosen} onChange={onChange} onClose={close} />
      )}
    </Section>
  );
}

interface ThumbnailProps {
  study: string;
  image: KeyImage;
  name: string;
}

function Thumbnail({ study, image, name }: ThumbnailProps) {
  const { series_instance_uid, sop_instance_uid, frame } = image;
  return (
    <PreviewImage
      path={`${DICOM_WEB}/studies/${study}/series/${series_instance_uid}/instances/${sop_instance_uid}/frames/${frame}/thumbnail`}
      alt={name}
      size="100%"
    />
  );
}

interface ChooserProps {
  study: string;
  chosen: KeyImage[];
  onChange: (chosen: KeyImage[]) => void;
  onClose: () => void;
}

function Chooser({ study, chosen, onChange, onClose }: ChooserProps) {
  const { t } = useTranslation();
  const contents = useQuery(studyQuery(study));
  const [picked, setPicked] = useState<string | null>(null);
  return (
    <Modal opened onClose={onClose} size="xl" title={t("reports.images.choose")}>
      <QueryView query={contents}>
        {({ series }) => {
          const shown = picked ?? series[0]?.series_instance_uid ?? null;
          return (
            <Stack>
              <Group justify="space-between" align="flex-end">
                <Select
                  label={t("reports.images.series")}
                  allowDeselect={false}
                  w={320}
                  value={shown}
                  onChange={setPicked}
                  data={series.map((one) => ({
                    value: one.series_instance_uid,
                    label: [one.number, one.modality, one.description].filter(Boolean).join(" · "),
                  }))}
                />
                <Text size="sm" role="status">
                  {t("reports.images.count", { count: chosen.length, most: MOST })}
                </Text>
              </Group>
              {shown && (
                <Pictures key={shown} study={study} series={shown} chosen={chosen} onChange={onChange} />
              )}
              <Group justify="flex-end">
                <Button onClick={onClose}>{t("reports.images.done")}</Button>
              </Group>
            </Stack>
          );
        }}
      </QueryView>
    </Modal>
  );
}

interface PicturesProps extends Omit<ChooserProps, "onClose"> {
  series: string;
}

/** The images of a series in their order, some at a time; a picture is fetched when it is seen. */
function Pictures({ study, series, chosen, onChange }: PicturesProps) {
  const { t } = useTranslation();
  const found = useQuery(seriesQuery(series));
  const [shown, setShown] = useState(PAGE);
  const names = new Set(chosen.map(keyImageName));
  return (
    <QueryView query={found} empty={t("reports.images.noImages")} isEmpty={(one) => !picturesOf(one).length}>
      {(one) => {
        const images = picturesOf(one);
        return (
          <Stack>
            <SimpleGrid cols={{ base: 3, sm: 6 }} spacing="xs">
              {images.slice(0, shown).map((image, index) => {
                const name = keyImageName(image);
                const isChosen = names.has(name);
                return (
                  <button
                    key={name}
                    type="button"
                    className={classes.picture}
                    aria-pressed={isChosen}
                    disabled={!isChosen && chosen.length >= MOST}
                    aria-label={t("reports.images.pick", { number: index + 1 })}
                    onClick={() => {
                      onChange(
                        isChosen
                          ? chosen.filter((each) => keyImageName(each) !== name)
                          : [...chosen, image],
                      );
                    }}
                  >
                    <Thumbnail study={study} image={image} name="" />
                  </button>
                );
              })}
            </SimpleGrid>
            {images.length > shown && (
              <Button
                variant="subtle"
                onClick={() => {
                  setShown(shown + PAGE);
                }}
              >
                {t("reports.images.more", { count: images.length - shown })}
              </Button>
            )}
          </Stack>
        );
      }}
    </QueryView>
  );
}
