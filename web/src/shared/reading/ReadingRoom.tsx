import { Suspense, useCallback, useRef, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useMatch } from "react-router";
import type { SessionUser } from "@/session";
import { useCan, useUser } from "@/session/react";
import { isUid, viewerAddress } from "@/shared/images/viewerAddress";
import { PageLoader } from "@/shared/PageLoader";
import { PrepareContext, viewerOf, type Prepare, type PreparedViewer } from "./preparedViewer";
import { useReadingKeys } from "./useReadingKeys";
import classes from "./ReadingRoom.module.css";

const keyOf = ({ uid, contents }: PreparedViewer) => `${uid} ${contents}`;

/**
 * The worklist and the page that reads a study. Between them stay the viewers: of the study on the screen, and
 * out of sight of the one that is probably next, whose images are drawn when it is asked for.
 */
export function ReadingRoom({ isFor }: { isFor: (role: SessionUser["role"]) => boolean }) {
  const match = useMatch("/studies/:uid/read")?.params.uid ?? "";
  const can = useCan();
  const { role } = useUser();
  const mayLook = can("view_dicom") && isFor(role);
  const shown = mayLook && isUid(match) ? match : "";
  const room = useRef<HTMLDivElement>(null);
  const { viewers, prepare, drew } = useViewers(shown);
  const listen = useReadingKeys(room);
  const pages = (
    <Suspense fallback={<PageLoader />}>
      <Outlet />
    </Suspense>
  );
  return (
    <PrepareContext value={prepare}>
      <div ref={room} className={classes.room} data-reading={shown !== ""}>
        {shown && pages}
        {mayLook &&
          viewers.map((viewer) => (
            <Viewer
              key={keyOf(viewer)}
              uid={viewer.uid}
              hidden={viewer.uid !== shown}
              onLoad={(event) => {
                listen(event);
                onFirstImage(event, () => {
                  drew(viewer);
                });
              }}
            />
          ))}
      </div>
      {!shown && pages}
    </PrepareContext>
  );
}

/** cornerstone's own event, once something was drawn. */
function onFirstImage({ currentTarget }: SyntheticEvent<HTMLIFrameElement>, then: () => void): void {
  currentTarget.contentWindow?.addEventListener("CORNERSTONE_IMAGE_RENDERED", then, { capture: true, once: true });
}

interface ViewerProps {
  uid: string;
  hidden: boolean;
  onLoad: (event: SyntheticEvent<HTMLIFrameElement>) => void;
}

function Viewer({ uid, hidden, onLoad }: ViewerProps) {
  const { t } = useTranslation();
  return (
    <iframe
      className={classes.images}
      data-part={hidden ? "prepared" : "images"}
      title={t("reports.read.images")}
      src={viewerAddress(uid, null)}
      inert={hidden}
      onLoad={onLoad}
    />
  );
}

/**
 * At most two: of the study that is shown, and the prepared one, which waits until the other has drawn. Their order
 * is that of their names: an iframe that is moved in the document begins anew.
 */
function useViewers(shown: string) {
  const [current, setCurrent] = useState<PreparedViewer | null>(null);
  const [prepared, setPrepared] = useState<PreparedViewer | null>(null);
  const [drawn, setDrawn] = useState<ReadonlySet<string>>(new Set());
  const prepare = useCallback<Prepare>((row) => {
    const wanted = viewerOf(row);
    setPrepared((before) => (before && keyOf(before) === keyOf(wanted) ? before : wanted));
  }, []);
  if ((current?.uid ?? "") !== shown) {
    const ready = prepared?.uid === shown ? prepared : { uid: shown, contents: "" };
    setCurrent(shown ? ready : null);
  }
  const waits = current !== null && !drawn.has(keyOf(current));
  const next = waits || prepared?.uid === current?.uid ? null : prepared;
  const viewers = [current, next].filter((viewer) => viewer !== null);
  return {
    viewers: viewers.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)),
    prepare,
    drew: (viewer: PreparedViewer) => {
      setDrawn((before) => new Set([...before, keyOf(viewer)]));
    },
  };
}
