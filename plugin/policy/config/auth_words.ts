/** Words of `auth`, in the order of the schema. */

export const enum AuthMode {
  Upstream = 0,
  Client = 1,
  Keys = 2,
}

export const enum AuthHeader {
  Auto = 0,
  XApiKey = 1,
  ApiKey = 2,
  Authorization = 3,
}

/** How a key is chosen. */
export const enum KeySelect {
  /** Stable per client, by weight. */
  WeightedHash = 0,
  /** The first one that is not resting. */
  First = 1,
}
