interface BarcodeProps {
  /** A digit for each module of the code, its quiet zones apart: 1 is a bar. */
  modules: string;
  /** What it says, for people. */
  text: string;
}

/** Modules on each side that scanners want free (ISO/IEC 15417). */
const QUIET = 10;
const HEIGHT = 40;

/** Runs of bars as `[first module, modules]`. */
export function barsOf(modules: string): [number, number][] {
  return [...modules.matchAll(/1+/g)].map(({ index, 0: run }) => [index, run.length]);
}

/** A Code 128 as vectors, so that it prints as sharp as the printer. */
export function Barcode({ modules, text }: BarcodeProps) {
  const width = modules.length + 2 * QUIET;
  return (
    <svg
      viewBox={`0 0 ${width} ${HEIGHT + 12}`}
      role="img"
      aria-label={text}
      shapeRendering="crispEdges"
      width="62mm"
    >
      <rect width={width} height={HEIGHT + 12} fill="#fff" />
      {barsOf(modules).map(([start, length]) => (
        <rect key={start} x={QUIET + start} y={0} width={length} height={HEIGHT} fill="#000" />
      ))}
      <text x={width / 2} y={HEIGHT + 10} fontSize="9" textAnchor="middle" fill="#000" className="mono">
        {text}
      </text>
    </svg>
  );
}
