/** The host model, where the tests look for it; it lives in `host/`, because command line and playground run on it too. */
export * from "../../host/index.ts";
