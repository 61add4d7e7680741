// The official Anthropic client: a whole answer, a stream, the tokens of a request.
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({
  baseURL: process.env.BRIDGE_URL ?? "http://127.0.0.1:10000",
  apiKey: process.env.BRIDGE_KEY ?? "demo",
});
const request = {
  model: "claude-sonnet-4-5",
  max_tokens: 256,
  messages: [{ role: "user", content: "What is the capital of France?" }],
};

const answer = await client.messages.create(request);
console.log("whole:", answer.content.map((block) => block.text ?? "").join(""));

const stream = client.messages.stream(request);
console.log("stream:", await stream.finalText());

const { input_tokens: tokens } = await client.messages.countTokens({
  model: request.model,
  messages: request.messages,
});
console.log("tokens:", tokens);
