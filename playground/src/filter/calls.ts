/** What page and worker say to each other: calls of a session's methods, in order. */
import type { Session } from "./session.ts";

/** Methods that the page may call. */
export type Method = "configure" | "translate" | "open" | "feed";

export interface Call {
  id: number;
  name: Method;
  args: unknown[];
}

/** Either has a value or an error's text. */
export interface Outcome {
  id: number;
  value?: unknown;
  error?: string;
}

/** A session behind a thread: each method answers later. */
export type RemoteSession = {
  [Name in Method]: (...args: Parameters<Session[Name]>) => Promise<ReturnType<Session[Name]>>;
};
