// Vercel's AI SDK: a whole answer and a stream, by Chat Completions and by Responses.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText } from "ai";

const bridge = createOpenAI({
  baseURL: `${process.env.BRIDGE_URL ?? "http://127.0.0.1:10000"}/v1`,
  apiKey: process.env.BRIDGE_KEY ?? "demo",
});
const prompt = "What is the capital of France?";

const answer = await generateText({ model: bridge.chat("claude-sonnet-4-5"), prompt });
console.log("whole:", answer.text);

const stream = streamText({ model: bridge.chat("claude-sonnet-4-5"), prompt });
let text = "";
for await (const piece of stream.textStream) text += piece;
console.log("stream:", text);

const response = await generateText({ model: bridge.responses("claude-sonnet-4-5"), prompt });
console.log("responses:", response.text);
