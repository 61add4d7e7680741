// OpenAI's Agents SDK, by Responses (its default) and by Chat Completions.
import {
  Agent,
  run,
  setDefaultOpenAIClient,
  setOpenAIAPI,
  setTracingDisabled,
  tool,
} from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";

setTracingDisabled(true); // traces would go to OpenAI
setDefaultOpenAIClient(
  new OpenAI({
    baseURL: `${process.env.BRIDGE_URL ?? "http://127.0.0.1:10000"}/v1`,
    apiKey: process.env.BRIDGE_KEY ?? "demo",
  }),
);

const agent = new Agent({
  name: "Geographer",
  instructions: "Answer in one sentence.",
  model: "claude-sonnet-4-5",
  tools: [
    tool({
      name: "population",
      description: "People who live in a city.",
      parameters: z.object({ city: z.string() }),
      execute: ({ city }) => `${city}: 2,100,000`,
    }),
  ],
});

for (const api of ["responses", "chat_completions"]) {
  setOpenAIAPI(api);
  const { finalOutput } = await run(agent, "What is the capital of France?");
  console.log(`${api}:`, finalOutput);
}
