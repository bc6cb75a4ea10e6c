// While the person reads the study of this page its lock goes on, as on the pages of the web
// application (useReadingHeartbeat): a reading in the viewer may take longer than an idle lock.
import { ApiError, post } from './api.js';
import { identity, state } from './state.js';

const HEARTBEAT_MS = 60_000;

/**
 * Of a study that is theirs to read; who looks on locks nothing. It ends once it is refused.
 *
 * @returns {() => void} ends it
 */
export function keepLock() {
  const { study } = state;
  if (study?.reading_status !== 'READING' || study.reader?.id !== identity.user?.id)
    return () => {};
  const path = `/api/ris/studies/${study.study_instance_uid}/lock/`;
  const beat = async () => {
    try {
      await post(path, {});
    } catch (error) {
      if (!(error instanceof ApiError && error.passing)) clearInterval(timer);
    }
  };
  const timer = setInterval(beat, HEARTBEAT_MS);
  return () => clearInterval(timer);
}
