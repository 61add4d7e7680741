/** What the command line prints: results to stdout, everything said beside them to stderr; colours only on a terminal. */
import pc from "picocolors";

type Colors = ReturnType<typeof pc.createColors>;

function colorsFor(stream: NodeJS.WriteStream): Colors {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  const wanted = FORCE_COLOR !== undefined && FORCE_COLOR !== "0";
  const refused = NO_COLOR !== undefined && NO_COLOR !== "";
  return pc.createColors(!refused && (wanted || stream.isTTY === true));
}

/** Colours for stdout. */
export const out: Colors = colorsFor(process.stdout);
/** Colours for stderr. */
export const err: Colors = colorsFor(process.stderr);

/** What a command ends with: 0 done, 1 the answer is no, 2 it could not be asked. */
export const Exit = { Good: 0, Refused: 1, Usage: 2 } as const;

/** Ends a command with a message and a code. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exit: number = Exit.Usage,
  ) {
    super(message);
  }
}

/** A result, as it is. */
export function print(text: string | Uint8Array): void {
  process.stdout.write(text);
}

/** A line beside the result. */
export function say(line = ""): void {
  process.stderr.write(`${line}\n`);
}
