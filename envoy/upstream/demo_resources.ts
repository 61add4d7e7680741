// The part of the demo that is no message: its models and a count of tokens, as the Messages API answers them.

/** An answer: its status and what its body says. */
export interface ResourceAnswer {
  status: number;
  body: object;
}

const MODELS = [
  ["claude-opus-4-6", "Claude Opus 4.6", "2026-02-04T00:00:00Z"],
  ["claude-sonnet-4-5", "Claude Sonnet 4.5", "2025-09-29T00:00:00Z"],
  ["claude-haiku-4-5", "Claude Haiku 4.5", "2025-10-15T00:00:00Z"],
].map(([id, display_name, created_at]) => ({ type: "model", id, display_name, created_at }));

/** What a path answers that is none of `/v1/messages`; undefined: the demo does not know it. */
export function answerResource(
  method: string,
  path: string,
  bytesIn: number,
): ResourceAnswer | undefined {
  const [place = ""] = path.split("?");
  if (method === "POST" && place === "/v1/messages/count_tokens")
    return { status: 200, body: { input_tokens: Math.ceil(bytesIn / 4) } };
  if (method !== "GET") return undefined;
  if (place === "/v1/models") return { status: 200, body: listOf(MODELS) };
  const model = MODELS.find(({ id }) => place === `/v1/models/${id}`);
  return model && { status: 200, body: model };
}

function listOf(data: { id?: string | undefined }[]): object {
  return { data, has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id };
}
