/** Words of settings about what is seen of a request. */

/** Which log lines are written; each has those in front of it. */
export const enum LogLines {
  None = 0,
  /** What the policy did to a request. */
  Policy = 1,
  Errors = 2,
  Requests = 3,
}

/** Which of the headers `x-bridge-…` an answer has. */
export const enum ResponseHeaders {
  None = 0,
  Policy = 1,
  All = 2,
}
