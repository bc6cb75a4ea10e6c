import { useParams } from "react-router";

/** A number of the address, NaN when it is none (the server then answers 404). */
export function useIdParam(name: string): number {
  return Number(useParams()[name]);
}
