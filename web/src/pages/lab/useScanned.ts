import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";

/** The number that was scanned to come here; the browser's history does not keep it. */
export function useScanned(): string | null {
  const location = useLocation();
  const navigate = useNavigate();
  const carried = (location.state as { scanned?: string } | null)?.scanned ?? null;
  const [scanned, setScanned] = useState(carried);
  if (carried !== null && carried !== scanned) setScanned(carried);
  useEffect(() => {
    if (carried !== null) void navigate(location, { replace: true, state: null });
  }, [carried, location, navigate]);
  return scanned;
}
